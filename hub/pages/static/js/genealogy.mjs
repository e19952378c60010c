// The picture of a genealogy: arrows walk along its links, what lies behind a node folds away, and the way from the
// start to the node one looks at is marked. Without scripts the links above it fold by level, and the table says all.

const SVG = "http://www.w3.org/2000/svg";
const DIRECTIONS = {
  lying: { ArrowLeft: -1, ArrowRight: 1, ArrowUp: "before", ArrowDown: "after" },
  standing: { ArrowUp: -1, ArrowDown: 1, ArrowLeft: "before", ArrowRight: "after" },
};

function drawn(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

class Genealogy {
  constructor(svg) {
    this.svg = svg;
    this.standing = svg.closest(".genealogy--standing") !== null;
    this.nodes = new Map([...svg.querySelectorAll("[data-item]")].map((node) => [node.dataset.item, node]));
    this.lines = [...svg.querySelectorAll("[data-parent]")];
    this.start = [...this.nodes.values()].find((node) => node.dataset.depth === "0")?.dataset.item;
    this.folded = new Set();
    this.folds = new Map();
    for (const [item, node] of this.nodes) {
      if (this.behind(item).length) this.addFold(item, node);
      node.addEventListener("keydown", (event) => this.walk(event, item));
      for (const kind of ["focus", "mouseenter"]) node.addEventListener(kind, () => this.follow(item));
      for (const kind of ["blur", "mouseleave"]) node.addEventListener(kind, () => this.follow(null));
    }
  }

  depth(item) {
    return Number(this.nodes.get(item).dataset.depth);
  }

  box(item) {
    const [x, y, width, height] = this.nodes.get(item).dataset.box.split(" ").map(Number);
    return { x, y, width, height };
  }

  // The nodes next to one of them, farther from the start (of the start itself: none, or all would go).
  behind(item) {
    const depth = this.depth(item);
    if (depth === 0) return [];
    const [near, far] = depth < 0 ? ["parent", "child"] : ["child", "parent"];
    return this.lines
      .filter((line) => line.dataset[near] === item && this.nodes.has(line.dataset[far]))
      .map((line) => line.dataset[far])
      .filter((other) => Math.sign(this.depth(other)) === Math.sign(depth));
  }

  addFold(item, node) {
    const box = this.box(item);
    const outward = Math.sign(this.depth(item));
    const off = 11; // beside the box, so that no word of it is hidden
    const x = this.standing ? box.x + box.width / 2 : outward < 0 ? box.x - off : box.x + box.width + off;
    const y = this.standing ? (outward < 0 ? box.y - off : box.y + box.height + off) : box.y + box.height / 2;
    const button = drawn("g", { class: "graph__fold", role: "button", tabindex: "0", transform: `translate(${x},${y})` });
    button.append(drawn("circle", { r: 10 }), drawn("path", { d: "M-5,0h10" }));
    const act = (event) => {
      if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      if (!this.folded.delete(item)) this.folded.add(item);
      this.show();
    };
    button.addEventListener("click", act);
    button.addEventListener("keydown", act);
    node.after(button);
    this.folds.set(item, button);
    this.say(item);
  }

  say(item) {
    const button = this.folds.get(item);
    const away = this.folded.has(item);
    const words = away ? this.svg.dataset.unfold : this.svg.dataset.fold;
    button.setAttribute("aria-label", words.replace("%s", this.nodes.get(item).dataset.label));
    button.setAttribute("aria-expanded", String(!away));
    button.querySelector("path").setAttribute("d", away ? "M-5,0h10M0,-5v10" : "M-5,0h10");
  }

  // What is reached from the start without passing behind a folded node.
  show() {
    const seen = new Set([this.start]);
    const next = [this.start];
    while (next.length) {
      const item = next.pop();
      if (this.folded.has(item)) continue;
      const near = this.depth(item) === 0 ? this.beside(item) : this.behind(item);
      for (const other of near) {
        if (!seen.has(other)) {
          seen.add(other);
          next.push(other);
        }
      }
    }
    const away = (element, hidden) => element.toggleAttribute("hidden", hidden);
    for (const [item, node] of this.nodes) {
      const hidden = !seen.has(item) && this.depth(item) !== 0;
      away(node, hidden);
      if (this.folds.has(item)) {
        away(this.folds.get(item), hidden);
        this.say(item);
      }
    }
    for (const line of this.lines) away(line, !seen.has(line.dataset.parent) || !seen.has(line.dataset.child));
    for (const sealed of this.svg.querySelectorAll("[data-sealed]")) {
      away(sealed, !seen.has(sealed.dataset.sealed) || this.folded.has(sealed.dataset.sealed));
    }
  }

  beside(item) {
    const ends = (line) => [line.dataset.parent, line.dataset.child];
    return this.lines
      .filter((line) => ends(line).includes(item))
      .map((line) => ends(line).find((end) => end !== item))
      .filter((other) => this.nodes.has(other));
  }

  visible(items) {
    return items.filter((item) => !this.nodes.get(item).hasAttribute("hidden"));
  }

  walk(event, item) {
    const way = DIRECTIONS[this.standing ? "standing" : "lying"][event.key];
    if (way === undefined) return;
    const depth = this.depth(item);
    let to;
    if (typeof way === "number") {
      const near = this.visible(this.beside(item)).filter((other) => Math.sign(this.depth(other) - depth) === way);
      [to] = near;
    } else {
      const level = this.visible([...this.nodes.keys()].filter((other) => this.depth(other) === depth));
      const across = (other) => this.box(other)[this.standing ? "x" : "y"];
      level.sort((one, other) => across(one) - across(other));
      to = level[level.indexOf(item) + (way === "before" ? -1 : 1)];
    }
    if (to === undefined) return;
    event.preventDefault();
    this.nodes.get(to).focus();
  }

  // Mark the links on the way between the start and ``item``.
  follow(item) {
    const on = new Set();
    const next = item === null || item === this.start ? [] : [item];
    while (next.length) {
      const at = next.pop();
      if (on.has(at)) continue;
      on.add(at);
      const depth = this.depth(at);
      if (depth === 0) continue;
      const nearer = (other) => Math.abs(this.depth(other)) < Math.abs(depth) && this.depth(other) * depth >= 0;
      next.push(...this.beside(at).filter(nearer));
    }
    this.svg.classList.toggle("graph--follows", on.size > 0);
    for (const [name, node] of this.nodes) node.classList.toggle("graph__node--on", on.has(name));
    for (const line of this.lines) {
      const both = on.has(line.dataset.parent) && on.has(line.dataset.child);
      line.classList.toggle("graph__link--on", both);
    }
  }
}

for (const svg of document.querySelectorAll("svg[data-genealogy]")) new Genealogy(svg);
