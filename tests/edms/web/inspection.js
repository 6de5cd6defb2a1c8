// Runs inside a page and returns what is wrong with it, one sentence each.
() => {
  const faults = [];
  const name = (node) => `${node.tagName.toLowerCase()}${node.id ? "#" + node.id : ""}.${node.getAttribute("class") ?? ""} «${(node.textContent ?? "").trim().slice(0, 40)}»`;
  const shown = (node) => node.checkVisibility({ visibilityProperty: true });

  // Nothing is wider than the window.
  if (document.documentElement.scrollWidth > window.innerWidth) {
    faults.push(`overflow: ${document.documentElement.scrollWidth} of ${window.innerWidth}`);
    for (const node of document.body.querySelectorAll("*")) {
      if (shown(node) && node.getBoundingClientRect().right > window.innerWidth + 1 && !node.closest(".viewer-pages")) faults.push(`too wide: ${name(node)}`);
    }
  }

  // Every control has a name, and one that is big enough to hit.
  for (const control of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!control.labels?.length && !control.getAttribute("aria-label")) faults.push(`no label: ${name(control)}`);
  }
  for (const control of document.querySelectorAll("a[href], button, summary")) {
    if (!shown(control)) continue;
    if (!control.textContent.trim() && !control.getAttribute("aria-label") && !control.querySelector("img[alt]:not([alt=''])")) faults.push(`no name: ${name(control)}`);
    const box = control.getBoundingClientRect();
    if (control.matches("button, summary, .button, nav a") && (box.height < 24 || box.width < 24)) faults.push(`too small: ${name(control)}`);
  }
  for (const image of document.querySelectorAll("img:not([alt])")) faults.push(`no alt: ${name(image)}`);

  // Headings: one of the first level, first, and no level left out.
  const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(shown).map((heading) => Number(heading.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) faults.push(`first-level headings: ${levels}`);
  let before = 0;
  for (const level of levels) {
    if (level > before + 1) faults.push(`headings out of order: ${levels}`);
    before = level;
  }

  // Ids are unique, and what refers to one finds it.
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index))) faults.push(`id twice: ${id}`);
  for (const attribute of ["for", "aria-describedby", "aria-labelledby"]) {
    for (const node of document.querySelectorAll(`[${attribute}]`)) {
      for (const id of node.getAttribute(attribute).split(/\s+/)) if (!ids.includes(id)) faults.push(`${attribute} finds nothing: ${name(node)}`);
    }
  }
  for (const link of document.querySelectorAll("a[href^='#']")) {
    if (!ids.includes(link.getAttribute("href").slice(1))) faults.push(`link to nothing: ${name(link)}`);
  }

  // Text against what lies behind it: at least 4.5 to 1 (WCAG 2.2, 1.4.3), large text as well.
  const parse = (colour) => {
    const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
    return { rgb: [red, green, blue], alpha };
  };
  const over = (front, back) => front.rgb.map((value, index) => value * front.alpha + back[index] * (1 - front.alpha));
  const ground = (node) => {
    const layers = [];
    for (let one = node; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour.alpha > 0) layers.push(colour);
      if (colour.alpha === 1) break;
    }
    return layers.reverse().reduce((back, front) => over(front, back), [255, 255, 255]);
  };
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((first, second) => second - first);
    return (light + 0.05) / (dark + 0.05);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || seen.has(node) || !shown(node)) continue;
    seen.add(node);
    const back = ground(node);
    const contrast = ratio(over(parse(getComputedStyle(node).color), back), back);
    if (contrast < 4.5) faults.push(`contrast ${contrast.toFixed(2)}: ${name(node)}`);
  }

  // The border of a field against what lies around it: at least 3 to 1 (1.4.11).
  for (const field of document.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea")) {
    if (!shown(field)) continue;
    const around = ground(field.parentElement);
    const contrast = ratio(over(parse(getComputedStyle(field).borderTopColor), around), around);
    if (contrast < 3) faults.push(`border ${contrast.toFixed(2)}: ${name(field)}`);
  }
  return faults;
}
