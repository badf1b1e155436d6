// Sends what stands in a form to the route it belongs to, and shows what comes back.

async function send(form) {
  const body = form.querySelector("textarea")?.value;
  const answer = await fetch(form.dataset.path.slice(1) || "./", {
    method: form.dataset.method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body,
  });
  const text = await answer.text();
  return `${answer.status}\n${answer.headers.get("Content-Type")?.includes("json") ? pretty(text) : text}`;
}

function pretty(text) {
  return JSON.stringify(JSON.parse(text), null, 2);
}

for (const form of document.querySelectorAll("form.try")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const shown = document.createElement("pre");
    shown.tabIndex = 0;
    form.querySelector("output").replaceChildren(shown);
    shown.textContent = await send(form).catch((error) => `No answer: ${error.message}`);
  });
}
