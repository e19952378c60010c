// Sorts a table by a column whose head is clicked. "data-sort" of a cell is what it is sorted by, else its text.

export function makeSortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  if (table.tBodies[0].rows.length < 2) return;
  heads.forEach((head, column) => {
    if ("unsortable" in head.dataset) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const ascending = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      sort(table.tBodies[0], column, ascending);
    });
  });
}

function sort(body, column, ascending) {
  const rows = [...body.rows];
  rows.sort((one, other) => {
    const order = compare(keyOf(one.cells[column]), keyOf(other.cells[column]));
    return ascending ? order : -order;
  });
  body.append(...rows);
}

function keyOf(cell) {
  const text = cell.dataset.sort ?? cell.textContent.trim();
  const number = Number(text.replaceAll(",", "").replace(/\s*%$/, ""));
  return text !== "" && Number.isFinite(number) ? number : text;
}

function compare(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  if (typeof one === "number") return -1;
  if (typeof other === "number") return 1;
  return one.localeCompare(other, document.documentElement.lang, { numeric: true });
}
