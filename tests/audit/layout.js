// What a page looks like, seen from inside it: text cut, text over text, what shows of the focus.
// Text that is meant to be out of sight (for screen readers, in closed <details>) is left out.

(() => {
  const hidden = (element) =>
    !element.checkVisibility({ visibilityProperty: true }) ||
    element.closest(".fr-sr-only, .fr-skiplinks:not(:focus-within)");

  const floats = (element) => {
    for (let each = element; each; each = each.parentElement)
      if (["sticky", "fixed"].includes(getComputedStyle(each).position)) return true;
    return false;
  };

  const words = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const element = node.parentElement;
      if (!node.data.trim() || hidden(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects())
        if (box.width > 1 && box.height > 1) found.push({ element, box, text: node.data.trim() });
    }
    return found;
  };

  // Whole lines of a box overlap those above by their leading: only what hides ink counts.
  const meet = (one, other) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2 &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) >
      Math.min(one.height, other.height) / 2;

  const overlaps = () => {
    const all = words().filter(({ element }) => !floats(element));
    return all.flatMap((one, rank) =>
      all
        .slice(rank + 1)
        .filter((other) => other.element !== one.element && meet(one.box, other.box))
        .map((other) => `${one.text.slice(0, 40)} / ${other.text.slice(0, 40)}`),
    );
  };

  const clips = (element) => {
    const style = getComputedStyle(element);
    const cut = (how, inner, outer) => ["hidden", "clip"].includes(how) && inner > outer + 1;
    return (
      cut(style.overflowX, element.scrollWidth, element.clientWidth) ||
      cut(style.overflowY, element.scrollHeight, element.clientHeight)
    );
  };

  const clipped = () => {
    const cut = [...document.body.querySelectorAll("*")].filter(
      (element) => !hidden(element) && element.textContent.trim() && clips(element),
    );
    return cut.map((element) => element.outerHTML.slice(0, 120));
  };

  // Buttons and controls hold one line: what they say must fit in.
  const tight = () =>
    [...document.querySelectorAll("button, summary, select, .fr-btn")]
      .filter((each) => !hidden(each) && each.scrollWidth > each.clientWidth + 1)
      .map((each) => each.outerHTML.slice(0, 120));

  const TABBABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";

  // Of radio buttons of one name, one is a stop.
  const stops = () => {
    const found = [...document.querySelectorAll(TABBABLE)].filter(
      (each) => !each.disabled && each.tabIndex >= 0 && each.checkVisibility({ visibilityProperty: true }),
    );
    return new Set(found.map((each) => (each.type === "radio" ? `radio ${each.name}` : each))).size;
  };

  const shows = (element) => {
    const style = getComputedStyle(element);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return outlined && style.outlineColor !== "rgba(0, 0, 0, 0)";
  };

  const focus = () => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const boxes = [...element.getClientRects()];
    const box = boxes.find(({ width, height }) => width > 1 && height > 1) ?? boxes[0];
    if (!box) return { name: element.outerHTML.slice(0, 120) };
    const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
    const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 20), 0), innerHeight - 1);
    const above = document.elementFromPoint(x, y);
    return {
      name: element.outerHTML.slice(0, 120),
      shown: box.width > 1 && box.height > 1 && shows(element),
      inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
      covered: Boolean(above) && !element.contains(above) && !above.contains(element),
    };
  };

  // The keyboard begins again at the top of the page.
  const restart = () => {
    // Where something focused was taken away is where the keyboard goes on from.
    const first = document.createElement("button");
    document.body.prepend(first);
    first.focus();
    first.remove();
    scrollTo(0, 0);
  };

  const style = (rules) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    document.adoptedStyleSheets = [sheet];
  };

  const width = () => document.documentElement.scrollWidth;

  window.layout = { overlaps, clipped, tight, stops, focus, restart, style, width };
})();
