// An answer that is still being worked out is looked at again, without taking the reader elsewhere on the page.
const FIRST_MS = 1500;
const LONGEST_MS = 15000;

const key = `grows ${window.location.pathname}`;
const wait = Number(sessionStorage.getItem(key) ?? FIRST_MS);
const again = document.querySelector("[data-again]");
if (again) {
  sessionStorage.setItem(key, String(Math.min(LONGEST_MS, wait * 1.5)));
  const look = () => {
    if (document.visibilityState === "visible") window.location.reload();
    else document.addEventListener("visibilitychange", look, { once: true });
  };
  setTimeout(look, wait);
}
