// What every page does when scripts run; without them it reads the same.
import { makeSortable } from "./sortable.mjs";

const field = document.getElementById("q");

let going = false; // after "g" the next key names where to

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (event.key === "/" && field) {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "?") {
    document.getElementById("keys")?.togglePopover();
  } else if (going) {
    document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
  }
  going = event.key === "g" && !going;
});

for (const table of document.querySelectorAll("table[data-sortable]")) {
  makeSortable(table);
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.done;
  });
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
