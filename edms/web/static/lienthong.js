/* Small comforts. Every page works without this file. */

/* A form is sent once, however often a tired hand presses its button on a slow line. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method.toLowerCase() !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

/* Coming back with the browser's button shows the page as it was: its forms may be sent again. */
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});

/* A draft that was typed is not lost by a wrong click. */
for (const form of document.querySelectorAll("form[data-guarded]")) {
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}

/* Browsers show dates in their own order; the day of the week and the order of Viet Nam leave no doubt. */
const inWords = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", timeZone: "UTC" });

for (const words of document.querySelectorAll("output.date-words")) {
  const input = document.getElementById(words.htmlFor.value);
  const tell = () => {
    const [year, month, day] = input.value.split("-");
    words.textContent = day ? `${inWords.format(new Date(input.value))}, ${day}/${month}/${year}` : "";
  };
  input.addEventListener("input", tell);
  tell();
}

/* A long list of agencies is narrowed by typing, with or without Vietnamese marks. */
const plain = (text) => text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/\p{M}/gu, "");

for (const group of document.querySelectorAll("[data-filterable]")) {
  const box = group.querySelector("[data-filter]");
  const options = [...group.querySelectorAll(".choice")];
  const words = options.map((option) => plain(option.textContent));
  const count = group.querySelector("[data-chosen]");
  const tell = () => { count.textContent = group.querySelectorAll("input:checked").length; };
  box.hidden = false;
  box.querySelector("input").addEventListener("input", (event) => {
    const wanted = plain(event.target.value).split(/\s+/);
    options.forEach((option, index) => {
      const ticked = option.querySelector("input").checked;
      option.hidden = !ticked && !wanted.every((word) => words[index].includes(word));
    });
  });
  box.querySelector("input").addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  group.addEventListener("change", tell);
  tell();
}
