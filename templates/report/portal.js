"use strict";
(() => {
  const form = document.getElementById("filters");
  if (!form) return;
  const controls = [...form.querySelectorAll("select, input")];
  const search = form.querySelector("input");
  const output = form.querySelector("output");
  const rows = [...document.querySelectorAll("[data-filter]")];
  const none = document.querySelector(".none");
  const apply = () => {
    const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !controls.every((c) => c === search || !c.value || row.dataset[c.name] === c.value)
        || !words.every((word) => row.textContent.toLowerCase().includes(word));
      if (!row.hidden) shown += 1;
    }
    output.textContent = `${output.dataset.word} ${shown}/${rows.length}`;
    none.hidden = shown > 0;
  };
  const remember = () => {
    const state = new URLSearchParams();
    for (const control of controls) if (control.value) state.set(control.name, control.value);
    history.replaceState(null, "", String(state) ? `#?${state}` : "#");
  };
  const recall = () => {
    const state = new URLSearchParams(location.hash.startsWith("#?") ? location.hash.slice(2) : "");
    for (const control of controls) {
      control.value = state.get(control.name) || "";
      if (control.selectedIndex === -1) control.value = "";
    }
    apply();
  };
  form.addEventListener("input", () => { apply(); remember(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { apply(); remember(); }));
  window.addEventListener("hashchange", recall);
  form.hidden = false;
  recall();
})();
