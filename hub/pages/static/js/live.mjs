// Keeps the line up to date: an event says that it changed, then its part of the page is fetched as it reads now.
const place = document.getElementById("live");
const state = document.getElementById("live-state");
let wanted = "";

function tell(what, text) {
  state.dataset.state = what;
  if (state.textContent !== text) {
    state.textContent = text;
  }
}

// Nobody's open explanation is taken away: the change waits.
async function read() {
  while (place.querySelector(":popover-open")) {
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

// Where the keyboard is, as something that is found again in the new part.
function focused() {
  const here = document.activeElement;
  if (!place.contains(here)) {
    return null;
  }
  return here.id ? `#${CSS.escape(here.id)}` : here.getAttribute("href") && `a[href="${CSS.escape(here.getAttribute("href"))}"]`;
}

async function refresh() {
  for (let version = ""; version !== wanted; ) {
    version = wanted;
    const answer = await fetch(place.dataset.part + location.search, { headers: { Accept: "text/html" } });
    if (!answer.ok) {
      return;
    }
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    await read();
    const where = focused();
    place.replaceChildren(...part.body.childNodes);
    place.dataset.version = version;
    if (where) {
      place.querySelector(where)?.focus({ preventScroll: true });
    }
  }
}

let busy = Promise.resolve();
const source = new EventSource(place.dataset.events);
source.addEventListener("open", () => tell("live", state.dataset.live));
source.addEventListener("error", () => tell("lost", state.dataset.lost));
source.addEventListener("now", (event) => {
  wanted = event.lastEventId;
  if (wanted !== place.dataset.version) {
    busy = busy.then(refresh).catch(() => tell("lost", state.dataset.lost));
  }
});
source.addEventListener("end", (event) => {
  source.close();
  tell("end", state.dataset[JSON.parse(event.data).why] ?? state.dataset.lost);
});
