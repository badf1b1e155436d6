// Puts the address of this server into the examples, and sends what stands in a form.

const base = new URL(".", location.href).href.replace(/\/$/, "");
for (const example of document.querySelectorAll("pre.curl")) {
  example.textContent = example.textContent.replace("http://localhost:3000", base);
}

const contents = document.querySelector("nav details");
const isNarrow = matchMedia("(max-width: 60rem)");
const fold = () => { contents.open = !isNarrow.matches; };
isNarrow.addEventListener("change", fold);
fold();
contents.addEventListener("click", (event) => {
  if (isNarrow.matches && event.target.closest("a")) contents.open = false;
});

async function send(form) {
  const body = form.querySelector("textarea")?.value;
  const key = form.querySelector("input")?.value;
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  if (key) headers["X-API-Key"] = key;
  const response = await fetch(base + form.dataset.path, { method: form.dataset.method, headers, body });
  const text = await response.text();
  const isJson = response.headers.get("Content-Type")?.includes("json");
  return `${response.status}\n${isJson ? JSON.stringify(JSON.parse(text), null, 2) : text}`;
}

for (const form of document.querySelectorAll(".try form")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const shown = document.createElement("pre");
    shown.tabIndex = 0;
    form.querySelector("output").replaceChildren(shown);
    shown.textContent = "Sending …";
    shown.textContent = await send(form).catch((error) => `No response: ${error.message}`);
  });
}
