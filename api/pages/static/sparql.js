// The SPARQL page: sends the query, shows the answer as a table. Everything from the graph becomes text nodes, never markup.
"use strict";

const form = document.getElementById("sparql");
const area = document.getElementById("query");
const state = document.getElementById("state");
const result = document.getElementById("result");
const MOST_ROWS = 2000;
const LINKED = /^(https?|urn|mailto):/i;

function make(tag, text, parent) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (parent) parent.append(made);
  return made;
}

function fill(template, count) {
  return template.replace("{count}", String(count));
}

function addressOf(iri) {
  const page = form.dataset.page;
  return page + (page.includes("?") ? "&" : "?") + "iri=" + encodeURIComponent(iri);
}

function cell(row, term) {
  const td = make("td", undefined, row);
  if (!term) return;
  if (term.type === "uri" && LINKED.test(term.value)) {
    make("a", term.value, td).href = addressOf(term.value);
  } else {
    td.textContent = typeof term.value === "string" ? term.value : JSON.stringify(term.value);
  }
  const tag = term["xml:lang"] || (term.datatype || "").replace("http://www.w3.org/2001/XMLSchema#", "xsd:");
  if (tag) {
    td.append(" ");
    make("span", tag, td).className = "tag";
  }
}

function table(answer) {
  const columns = answer.head.vars;
  const rows = answer.results.bindings;
  const made = make("table", undefined, result);
  const head = make("tr", undefined, make("thead", undefined, made));
  for (const name of columns) make("th", name, head).scope = "col";
  const body = make("tbody", undefined, made);
  for (const binding of rows.slice(0, MOST_ROWS)) {
    const row = make("tr", undefined, body);
    for (const name of columns) cell(row, binding[name]);
  }
  if (rows.length > MOST_ROWS) make("p", fill(form.dataset.many, MOST_ROWS), result);
  return rows.length;
}

async function show(response) {
  const kind = response.headers.get("content-type") || "";
  if (kind.startsWith("application/problem+json")) {
    const problem = await response.json();
    state.textContent = form.dataset.failed;
    make("p", problem.title + form.dataset.colon + problem.detail, result).className = "warning";
    return null;
  }
  if (kind.startsWith("application/sparql-results+json")) {
    const answer = await response.json();
    if ("boolean" in answer) {
      make("p", String(answer.boolean), result);
      return null;
    }
    return table(answer);
  }
  make("pre", await response.text(), result);
  return null;
}

async function run(event) {
  event.preventDefault();
  result.replaceChildren();
  state.textContent = form.dataset.running;
  const started = performance.now();
  const parameters = new URLSearchParams(new FormData(form));
  parameters.delete("query");
  const kept = parameters.toString();
  try {
    const response = await fetch(form.action + (kept ? "?" + kept : ""), {
      method: "POST",
      headers: {
        "Content-Type": "application/sparql-query",
        Accept: "application/sparql-results+json, text/turtle;q=0.9",
        "Accept-Language": document.documentElement.lang,
      },
      body: area.value,
    });
    const rows = await show(response);
    if (!response.ok) return;
    const seconds = fill(form.dataset.seconds, ((performance.now() - started) / 1000).toFixed(2));
    state.textContent = (rows === null ? "" : fill(form.dataset.rows, rows) + form.dataset.comma) + seconds;
  } catch {
    state.textContent = form.dataset.silent;
  }
}

form.addEventListener("submit", run);
area.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
for (const example of document.querySelectorAll(".example")) {
  example.querySelector("summary").addEventListener("click", () => {
    area.value = example.querySelector("pre").textContent;
    area.focus();
  });
}
