// Labels by photo: choose, drop or take one, or let the camera look. Without scripts the form of the search page does it.

const frame = document.querySelector("form[data-photo-frame]");
const camera = document.querySelector(".search__camera");
const search = document.querySelector("form.search");

function imageOf(transfer) {
  return [...(transfer?.files ?? [])].find((file) => file.type.startsWith("image/"));
}

function send(form, file) {
  const field = form.querySelector("input[type=file]");
  if (file) {
    const chosen = new DataTransfer();
    chosen.items.add(file);
    field.files = chosen.files;
  }
  if (!field.files.length) return;
  const says = form.querySelector("[data-says]");
  if (says) {
    says.textContent = says.dataset.says;
    says.hidden = false;
  }
  form.requestSubmit();
}

function takesDrops(place, form, over) {
  for (const kind of ["dragenter", "dragover"]) {
    place.addEventListener(kind, (event) => {
      if (![...event.dataTransfer.items].some((item) => item.kind === "file")) return;
      event.preventDefault();
      place.classList.add(over);
    });
  }
  place.addEventListener("dragleave", () => place.classList.remove(over));
  place.addEventListener("drop", (event) => {
    const file = imageOf(event.dataTransfer);
    place.classList.remove(over);
    if (!file) return;
    event.preventDefault();
    send(form, file);
  });
}

if (frame && camera) {
  const field = frame.querySelector("input[type=file]");
  camera.addEventListener("click", (event) => {
    event.preventDefault();
    field.click();
  });
  field.addEventListener("change", () => send(frame));
  takesDrops(search, frame, "search--over");
  search.addEventListener("paste", (event) => {
    const file = imageOf(event.clipboardData);
    if (file) send(frame, file);
  });
}

for (const form of document.querySelectorAll("form[data-photo]")) {
  form.querySelector("input[type=file]").addEventListener("change", () => send(form));
  takesDrops(form, form, "photo--over");
  const button = form.querySelector("[data-scan]");
  const scanner = document.querySelector("[data-scanner]");
  if (button && scanner && navigator.mediaDevices?.getUserMedia) {
    button.hidden = false;
    button.addEventListener("click", async () => (await import("./scan.mjs")).scan(scanner, button));
  }
}
