/// What every page has: its look and its script. Both are named by hash in the page's policy, and nothing else runs.
enum HTMLAssets {
  static let style = """
    :root{color-scheme:light dark;--back:#fff;--text:#1c2128;--faint:#5c6570;--line:#d7dce2;--soft:#f3f5f7;--accent:#0b62c4;\
    --bad:#b3261e;--bar:#4a86c8}
    @media(prefers-color-scheme:dark){:root{--back:#14171b;--text:#e2e6ea;--faint:#98a2ad;--line:#333a42;--soft:#1d2126;\
    --accent:#7cb4f5;--bad:#f2857c;--bar:#5b8fca}}
    *{box-sizing:border-box}
    body{margin:0 auto;padding:1.5rem;max-width:110rem;background:var(--back);color:var(--text);\
    font:15px/1.45 system-ui,sans-serif}
    h1{font-size:1.35rem;margin:.2rem 0 1rem;white-space:pre-wrap;overflow-wrap:anywhere}
    h2{font-size:1.05rem;margin:2rem 0 .6rem;overflow-wrap:anywhere}
    .brand{margin:0;color:var(--faint);font-size:.8rem;letter-spacing:.08em;text-transform:uppercase}
    dl{margin:0;padding:.8rem 1rem;background:var(--soft);border-radius:.5rem}
    dl div{display:flex;gap:1rem}dt{flex:0 0 5rem;color:var(--faint)}dd{margin:0;min-width:0;overflow-wrap:anywhere}
    code,pre,td{font-family:ui-monospace,monospace;font-size:.86rem}
    pre{margin:0;padding:.8rem 1rem;background:var(--soft);border-radius:.5rem;white-space:pre-wrap;overflow-wrap:anywhere}
    figure{margin:0 0 .8rem}
    .histogram{display:block;width:100%;height:5rem;background:var(--soft);border-radius:.3rem}
    .histogram rect{fill:var(--bar)}
    figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;color:var(--faint);font-size:.8rem}
    figcaption span{white-space:nowrap}
    .bar{display:flex;flex-wrap:wrap;align-items:center;gap:.8rem;margin-bottom:.5rem}
    .count{color:var(--faint);flex:1}
    input,.bar button{font:inherit;padding:.25rem .7rem;border:1px solid var(--line);border-radius:.4rem;\
    background:var(--back);color:var(--text)}
    input{flex:0 1 20rem;min-width:8rem}
    .scroll{overflow-x:auto;border:1px solid var(--line);border-radius:.5rem}
    table{border-collapse:collapse;min-width:100%}
    th,td{padding:.3rem .7rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
    tbody tr:last-child td{border-bottom:0}
    thead th{background:var(--soft);white-space:nowrap}
    th button{all:unset;cursor:pointer;font-weight:600}
    th button:focus-visible{outline:2px solid var(--accent)}
    th[aria-sort=ascending] button:after{content:" \\2191"}
    th[aria-sort=descending] button:after{content:" \\2193"}
    td{max-width:34rem;overflow-wrap:break-word}
    td:first-child,.short{white-space:nowrap}
    td:not(.short):not(.null){min-width:15rem}
    td.long{min-width:22rem}
    .live .long div{display:-webkit-box;-webkit-line-clamp:3;-webkit-box-orient:vertical;overflow:hidden;cursor:pointer}
    .live .long.open div{display:block}
    .number{text-align:right}
    .failure{color:var(--bad)}
    .null:after{content:"NULL";color:var(--faint);font-size:.75rem;opacity:.6}
    td i,h1 i,pre i,dd i,summary i{font-style:normal;color:var(--bad)}
    a{color:var(--accent)}td a{white-space:nowrap}
    details{border-bottom:1px solid var(--line);padding:.25rem 0}
    summary{cursor:pointer;overflow-wrap:anywhere}
    tr.inside td{background:var(--soft);max-width:0}
    [hidden]{display:none}
    @media print{body{padding:0;max-width:none;font-size:9pt}.bar,.inside{display:none}.scroll{overflow:visible;border:0}\
    .live .long div{display:block}\
    td,code,pre{font-size:7.5pt}td{overflow-wrap:anywhere}td:first-child{white-space:normal}\
    tr,details{break-inside:avoid}}
    @media(max-width:40rem){body{padding:.8rem}dl div{display:block;margin-bottom:.4rem}}
    """

  static let script = """
    "use strict";
    document.documentElement.classList.add("live");
    for (const section of document.querySelectorAll("section")) {
      const table = section.querySelector("table"), filter = section.querySelector("input");
      if (!filter) continue;
      const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
      const rows = [...body.rows], count = section.querySelector(".count"), all = count.textContent;
      const close = () => body.querySelectorAll(".inside").forEach(row => row.remove());
      filter.addEventListener("input", () => {
        close();
        const words = filter.value.toLowerCase().split(/\\s+/).filter(word => word);
        let shown = 0;
        for (const row of rows) {
          const text = row.textContent.toLowerCase();
          row.hidden = !words.every(word => text.includes(word));
          shown += row.hidden ? 0 : 1;
        }
        count.textContent = words.length ? shown + " of " + all : all;
      });
      heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
        close();
        const isDown = head.getAttribute("aria-sort") === "ascending";
        heads.forEach(other => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
        const isNumber = head.classList.contains("number"), sign = isDown ? -1 : 1;
        const key = row => row.cells[column].textContent;
        const isNull = row => row.cells[column].classList.contains("null");
        const order = isNumber ? (a, b) => Number(key(a)) - Number(key(b))
          : (a, b) => key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
        rows.sort((a, b) => isNull(a) - isNull(b) || sign * order(a, b)).forEach(row => body.append(row));
      }));
      body.addEventListener("click", event => {
        const link = event.target.closest("a");
        if (!link) {
          const cell = event.target.closest(".long");
          if (cell && getSelection().isCollapsed) cell.classList.toggle("open");
          return;
        }
        event.preventDefault();
        const row = link.closest("tr"), next = row.nextElementSibling;
        if (next && next.classList.contains("inside")) return next.remove();
        const inside = document.createElement("tr"), cell = inside.insertCell();
        inside.className = "inside";
        cell.colSpan = heads.length;
        const source = document.getElementById(link.hash.slice(1));
        for (const part of source.querySelectorAll("pre, p")) cell.append(part.cloneNode(true));
        row.after(inside);
      });
      section.querySelector(".bar button").addEventListener("click", () => {
        const lines = [heads.map(head => head.textContent)];
        for (const row of rows) {
          if (!row.hidden) lines.push([...row.cells].map(cell => cell.classList.contains("null") ? null : cell.textContent));
        }
        const link = document.createElement("a");
        const text = lines.map(line => line.map(csvField).join(",") + "\\r\\n").join("");
        link.href = URL.createObjectURL(new Blob([text], {type: "text/csv"}));
        link.download = "cairn.csv";
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      });
    }
    function csvField(value) {
      if (value === null) return "";
      const text = disarmed(value);
      return text === "" || /[",\\r\\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
    }
    function disarmed(value) {
      if (/^-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?$/.test(value)) return value;
      const armed = /(^|[;\\t\\r\\n])((?:[\\s"']|\\\\u\\{[0-9a-f]+\\})*)(?=[=+\\-@\\uFF1D\\uFF0B\\uFF0D\\uFF20\\uFE66\\uFE62\\uFE63\\uFE6B\\u2212])/g;
      const text = value.replace(armed, "$1'$2");
      return /^[\\t\\r\\n]/.test(text) ? "'" + text : text;
    }
    addEventListener("hashchange", open);
    open();
    function open() {
      const target = document.getElementById(location.hash.slice(1));
      if (target && target.tagName === "DETAILS") target.open = true;
    }
    """
}
