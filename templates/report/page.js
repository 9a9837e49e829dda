"use strict";
(() => {
  const rows = [...document.querySelectorAll("[data-filter]")];
  const selects = [...document.querySelectorAll(".filters select")];
  const search = document.querySelector(".filters input");
  const count = document.getElementById("shown");
  const apply = () => {
    const words = search.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits = selects.every((s) => !s.value || (row.dataset[s.name] || "").split(" ").includes(s.value));
      row.hidden = !(fits && (!words || row.textContent.toLowerCase().includes(words)));
      if (!row.hidden && row.dataset.filter === "device") shown += 1;
    }
    count.textContent = shown;
  };
  for (const control of [...selects, search]) control.addEventListener("input", apply);
  window.addEventListener("beforeprint", () => {
    for (const sheet of document.querySelectorAll("details")) sheet.open = true;
  });
  apply();
})();
