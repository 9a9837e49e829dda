"use strict";
(() => {
  const form = document.getElementById("filters");
  const controls = [...form.querySelectorAll("select, input")];
  const selects = controls.filter((control) => control.tagName === "SELECT");
  const search = form.querySelector("input");
  const output = form.querySelector("output");
  const rows = [...document.querySelectorAll("[data-filter]")];
  const texts = new Map();
  const text = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };
  const fits = (row, words) =>
    selects.every((s) => !s.value || (row.dataset[s.name] || "").split(" ").includes(s.value)) &&
    words.every((word) => text(row).includes(word));
  const say = (kind, word) => {
    const all = rows.filter((row) => row.dataset.filter === kind);
    return `${word} ${all.filter((row) => !row.hidden).length}/${all.length}`;
  };
  const none = (section, kind) => {
    const note = document.querySelector(`#${section} .none`);
    if (note) note.hidden = rows.some((row) => row.dataset.filter === kind && !row.hidden);
  };
  const apply = () => {
    const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const shown = fits(row, words);
      if (row.hidden === shown) row.hidden = !shown;
    }
    form.classList.toggle("on", controls.some((control) => control.value));
    output.textContent = `${say("problem", output.dataset.problems)} · ${say("device", output.dataset.devices)}`;
    none("problems", "problem");
    none("devices", "device");
  };
  const remember = () => {
    const state = new URLSearchParams();
    for (const control of controls) if (control.value) state.set(control.name, control.value);
    history.replaceState(null, "", String(state) ? `#?${state}` : "#");
  };
  const recall = () => {
    const state = new URLSearchParams(location.hash.slice(2));
    for (const control of controls) {
      control.value = state.get(control.name) || "";
      if (control.selectedIndex === -1) control.value = "";
    }
    apply();
  };
  // a link leads to what it names, be it folded or filtered away
  const reveal = () => {
    if (location.hash.startsWith("#?")) return recall();
    let name = location.hash.slice(1);
    let target = name && document.getElementById(name);
    try { target = target || (name && document.getElementById(decodeURIComponent(name))); } catch { return; }
    if (!target) return;
    if (target.closest("[data-filter][hidden]")) { form.reset(); for (const c of controls) c.value = ""; apply(); }
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView();
  };
  let wait = 0;
  form.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(() => { apply(); remember(); }, 60);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { apply(); remember(); }));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      event.preventDefault();
      search.focus();
    }
  });
  window.addEventListener("hashchange", reveal);
  form.hidden = false;
  document.body.classList.add("js");
  apply();
  reveal();
})();
