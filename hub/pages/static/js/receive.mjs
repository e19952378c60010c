// Codes that the camera sees go into the field of codes, one a line; without scripts they are typed or scanned by hand.
import { scan } from "./scan.mjs";

const place = document.querySelector("[data-receiver]");

for (const button of document.querySelectorAll("button[data-scan-into]")) {
  const field = document.getElementById(button.dataset.scanInto);
  button.hidden = !navigator.mediaDevices;
  button.addEventListener("click", () => {
    scan(place, button, (code) => {
      const before = field.value.trimEnd();
      field.value = `${before ? `${before}\n` : ""}${code} `;
      field.focus();
    });
  });
}
