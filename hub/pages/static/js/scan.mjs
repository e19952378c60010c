// The camera looks for a code: the browser's own detector where there is one, else pictures are sent to the hub.

const EVERY_MS = 700;
const WIDEST = 1280;
const PHOTO = "/api/v1/search/photo";

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function detectorOf() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await window.BarcodeDetector.getSupportedFormats();
  const wanted = ["data_matrix", "qr_code", "code_128"].filter((format) => formats.includes(format));
  return wanted.length ? new window.BarcodeDetector({ formats: wanted }) : null;
}

function pictureOf(video) {
  const share = Math.min(1, WIDEST / Math.max(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(video.videoWidth * share);
  canvas.height = Math.round(video.videoHeight * share);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
}

async function byHub(video, csrf) {
  const picture = await pictureOf(video);
  const headers = { "Content-Type": "application/octet-stream", "X-CSRF-Token": csrf };
  const answer = await fetch(PHOTO, { method: "POST", body: picture, headers });
  if (!answer.ok) return null; // too many look at once, or the picture is not whole: the next one is tried
  const { symbols } = await answer.json();
  const known = symbols.flatMap((symbol) => symbol.hits).find((hit) => hit.known);
  if (known) return { url: known.url, code: symbols[0].text };
  return symbols.length ? { text: symbols[0].text, code: symbols[0].text } : null;
}

async function byBrowser(detector, video) {
  const [code] = await detector.detect(video);
  return code ? { url: `/search?q=${encodeURIComponent(code.rawValue)}`, code: code.rawValue } : null;
}

function whyNot(place, error) {
  if (["NotFoundError", "OverconstrainedError", "DevicesNotFoundError"].includes(error.name)) return place.dataset.none;
  if (["NotReadableError", "AbortError"].includes(error.name)) return place.dataset.busy;
  return place.dataset.refused;
}

// One look; a detector that fails is not asked again, a hub that does not answer is.
async function look(place, video, seeing) {
  if (seeing.detector) {
    try {
      return await byBrowser(seeing.detector, video);
    } catch {
      seeing.detector = null;
    }
  }
  try {
    return await byHub(video, place.dataset.csrf);
  } catch {
    return { silent: true };
  }
}

// What is found is opened, or handed to take.
export async function scan(place, button, take) {
  const video = place.querySelector("video");
  const status = place.querySelector("[data-status]");
  const ending = place.querySelector("[data-stop]");
  let stream;
  place.hidden = false;
  video.hidden = false;
  ending.hidden = false;
  button.disabled = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  } catch (error) {
    status.textContent = whyNot(place, error);
    video.hidden = true;
    ending.hidden = true;
    button.disabled = false;
    return;
  }
  let going = true;
  const stop = () => {
    going = false;
    for (const track of stream.getTracks()) track.stop();
    place.hidden = true;
    button.disabled = false;
  };
  ending.addEventListener("click", stop, { once: true });
  window.addEventListener("pagehide", stop, { once: true });
  video.srcObject = stream;
  await video.play();
  status.textContent = place.dataset.looking;
  const seeing = { detector: await detectorOf().catch(() => null) };
  while (going) {
    const found = await look(place, video, seeing);
    if (going && take && found?.code) {
      stop();
      take(found.code);
      return;
    }
    if (going && found?.url) {
      stop();
      window.location.assign(found.url);
      return;
    }
    const told = found?.text ? `${place.dataset.unknown} ${found.text}` : null;
    const said = told ?? (found?.silent ? place.dataset.silent : place.dataset.looking);
    if (status.textContent !== said) status.textContent = said;
    await pause(EVERY_MS);
  }
}
