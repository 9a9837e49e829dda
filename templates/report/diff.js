"use strict";
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const form = document.querySelector(".filters");
  const reveal = () => {
    let target = null;
    try {
      const name = location.hash.slice(1);
      target = document.getElementById(name) || document.getElementById(decodeURIComponent(name));
    } catch { return; }
    if (!target) return;
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  const tree = document.querySelector(".tree");
  if (tree && matchMedia("(max-width: 980px)").matches) tree.open = false;

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const part of closed) part.open = true;
  });
  window.addEventListener("afterprint", () => { for (const part of closed) part.open = false; });

  if (form) {
    const search = form.querySelector("input");
    const selects = all("select", form);
    const devices = all("[data-filter=device]");
    const changes = all("[data-filter=change]");
    const texts = new Map();
    const textOf = (row) => {
      if (!texts.has(row)) {
        const home = row.closest("[data-filter=section]");
        const device = row.closest("[data-filter=device]");
        const near = home ? home.querySelector("h4").textContent + device.querySelector("summary").textContent : "";
        texts.set(row, (near + row.textContent).toLowerCase());
      }
      return texts.get(row);
    };
    const fits = (row, select) => {
      const has = row.dataset[select.name] || "";
      if (!select.value) return true;
      return select.name === "risk" ? Number(has) >= Number(select.value) : has.split(" ").includes(select.value);
    };
    const site = selects.find((select) => select.name === "site");
    const apply = () => {
      const words = search.value.trim().toLowerCase();
      const picky = words || selects.some((select) => select.value && select.name !== "site");
      let shown = 0;
      for (const row of [...changes, ...all("[data-filter=top]")]) {
        row.hidden = !(selects.every((select) => fits(row, select)) && (!words || textOf(row).includes(words)));
        if (!row.hidden && row.dataset.filter === "change") shown += 1;
      }
      for (const part of all("[data-filter=section]")) part.hidden = !part.querySelector("[data-filter=change]:not([hidden])");
      for (const device of devices) {
        const has = device.querySelector("[data-filter=change]:not([hidden])");
        const named = words && textOf(device).includes(words) && selects.every((select) => !select.value);
        device.hidden = !((!site || fits(device, site)) && (has || !picky || named));
      }
      for (const row of all("[data-filter=quiet]")) row.hidden = Boolean(site) && !fits(row, site);
      for (const line of all(".tree li").reverse()) {
        const inner = all(":scope > details > ul > li", line);
        const link = line.querySelector(":scope > a, :scope > details > summary > a");
        const target = link && document.getElementById(link.getAttribute("href").slice(1));
        line.hidden = target ? target.hidden : inner.length > 0 && inner.every((part) => part.hidden);
      }
      document.getElementById("shown").textContent = shown;
    };
    for (const control of [...selects, search]) control.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    const fold = document.getElementById("fold");
    const name = () => { fold.textContent = devices.every((device) => device.open) ? fold.dataset.close : fold.dataset.open; };
    fold.addEventListener("click", () => {
      const open = !devices.every((device) => device.open);
      for (const device of devices) device.open = open;
      name();
    });
    for (const device of devices) device.addEventListener("toggle", name);
    name();
    apply();
  }
  reveal();
})();
