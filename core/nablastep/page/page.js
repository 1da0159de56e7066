// Steps through the moments in the page's data. State is three things: the step, the convention, the selected cell of
// each quantity; everything on screen is drawn from them. Nothing is computed here and nothing is loaded.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { moments, texts, arrays, shared, fragments } = data;
  const $ = (id) => document.getElementById(id);
  const state = { step: 0, convention: null, cells: {}, why: false, route: 0 };

  // ------------------------------------------------------------------ small tools

  const make = (tag, properties = {}, ...children) => {
    const { dataset, ...rest } = properties;
    const element = Object.assign(document.createElement(tag), rest);
    Object.assign(element.dataset, dataset);
    element.append(...children);
    return element;
  };

  // The pieces are the program's own MathML; titles and captions never come this way.
  const math = (index, block = false) => {
    const holder = document.createElement("template");
    holder.innerHTML = `<math${block ? ' display="block"' : ""}>${shared[index].map((piece) => fragments[piece]).join("")}</math>`;
    return holder.content.firstChild;
  };

  // Symbols in running text as they are set in print: a⁽¹⁾ᵀ and W_q with real superscripts and subscripts, unbroken.
  const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵀ", LOWERED = "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ";
  const [raised, lowered] = [[RAISED, "0123456789+−()T"], [LOWERED, "0123456789+−()aehijklmnoprstuvx"]].map(([marks, plain]) => ({
    marks, set: (text) => [...text].map((mark) => plain[marks.indexOf(mark)]).join(""),
  }));
  const MARK = new RegExp(`([${RAISED}]+|[${LOWERED}]+|(?<=(?<![\\p{L}\\p{N}_])\\p{L})_[\\p{L}\\p{N}]+(?![\\p{L}\\p{N}_]))`, "u");

  const setWord = (word) => word.split(MARK).filter((part) => part).map((part) => {
    if (raised.marks.includes(part[0])) return make("sup", { textContent: raised.set(part) });
    if (lowered.marks.includes(part[0])) return make("sub", { textContent: lowered.set(part) });
    return part[0] === "_" && part.length > 1 ? make("sub", { textContent: part.slice(1) }) : part;
  });

  const prose = (text) => text.split(/(\s+)/).map((word) => (MARK.test(word) ? make("span", { className: "symbol" }, ...setWord(word)) : word));

  const setAll = (holder) => {
    const walker = document.createTreeWalker(holder, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) if (MARK.test(walker.currentNode.data) && !walker.currentNode.parentElement.closest("math, table")) found.push(walker.currentNode);
    found.forEach((node) => node.replaceWith(...prose(node.data)));
  };

  const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

  const written = (value, [decimals, powers]) => {
    if (typeof value === "string") return { inf: "∞", "-inf": "−∞" }[value] || value;
    if (value === 0) return "0";
    if (!powers) {
      const text = value.toFixed(decimals);
      return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
    }
    const [mantissa, exponent] = value.toExponential(decimals).split("e");
    const power = [...String(Number(exponent))].map((sign) => SUPERSCRIPTS[sign]).join("");
    return `${mantissa.replace("-", "−")}·10${power}`;
  };

  const dimension = (name) => data.dimensions[name] || "d-one";
  const dimensionText = (name) => name[0] + [...name.slice(1)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit] || digit).join("");

  // An array as it was referred to: even numbers as stored, odd ones transposed.
  const arrayOf = (reference) => {
    const stored = arrays[reference >> 1];
    if (!(reference & 1)) return { rows: stored.n[0], columns: stored.n[1], at: stored.at || [0, 0], v: stored.v, f: stored.f, picture: stored.picture };
    const flip = (matrix) => matrix[0].map((_, column) => matrix.map((row) => row[column]));
    const at = stored.at || [0, 0];
    return { rows: stored.n[1], columns: stored.n[0], at: [at[1], at[0]], v: flip(stored.v), f: stored.f, picture: stored.picture && flip(stored.picture) };
  };

  const levelClass = (value, largest) => {
    if (typeof value === "string" || value === 0 || !largest) return "v0";
    const level = Math.max(1, Math.round(Math.min(1, Math.abs(value) / largest) ** 0.8 * 8));
    return (value > 0 ? "p" : "n") + level;
  };

  const largestOf = (v) => Math.max(0, ...v.flat().map((value) => (typeof value === "string" ? 0 : Math.abs(value))));

  // ------------------------------------------------------------------ matrices

  const table = (array, shape) => {
    const isNumber = shape[0] === "1" && shape[1] === "1";
    const element = make("table", { className: `matrix rows-${dimension(shape[0])} columns-${dimension(shape[1])}${isNumber ? " number" : ""}` });
    const largest = largestOf(array.v);
    const head = make("tr", {}, make("td"));
    array.v[0].forEach((_, j) => head.append(make("th", { scope: "col", textContent: String(array.at[1] + j + 1) })));
    const body = make("tbody");
    array.v.forEach((row, i) => {
      const line = make("tr", {}, make("th", { scope: "row", textContent: String(array.at[0] + i + 1) }));
      row.forEach((value, j) => {
        const place = { i: array.at[0] + i, j: array.at[1] + j };
        line.append(make("td", { dataset: place, title: String(value), className: levelClass(value, largest), textContent: written(value, array.f) }));
      });
      body.append(line);
    });
    element.append(make("thead", {}, head), body);
    return element;
  };

  const emptyTable = (rows, columns, shape) => {
    const cells = Array.from({ length: Math.min(rows, 6) }, () => Array(Math.min(columns, 6)).fill("·"));
    const element = table({ at: [0, 0], v: cells, f: [0, 0] }, shape);
    element.querySelectorAll("td[data-i]").forEach((cell) => Object.assign(cell, { className: "absent", title: "not computed yet" }));
    return element;
  };

  const drawPicture = (canvas) => {
    const { picture } = canvas;
    canvas.width = picture[0].length;
    canvas.height = picture.length;
    const context = canvas.getContext("2d");
    const colours = getComputedStyle(document.documentElement);
    context.fillStyle = colours.getPropertyValue("--cell");
    context.fillRect(0, 0, canvas.width, canvas.height);
    picture.forEach((row, y) => row.forEach((level, x) => {
      context.globalAlpha = Math.abs(level) / 8;
      context.fillStyle = colours.getPropertyValue(level > 0 ? "--positive-heat" : "--negative-heat");
      context.fillRect(x, y, 1, 1);
    }));
  };

  const matrix = (reference, shape) => {
    const array = arrayOf(reference);
    const shown = make("div", { className: "scroll" }, table(array, shape));
    if (!array.picture) return shown;
    const canvas = make("canvas", { className: "picture", picture: array.picture });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${array.rows} by ${array.columns} numbers as a picture of block means`);
    drawPicture(canvas);
    const [top, left] = array.at;
    const rest = make("p", { className: "rest", textContent: `rows ${top + 1} to ${top + array.v.length} of ${array.rows}, columns ${left + 1} to ${left + array.v[0].length} of ${array.columns}: around the largest number` });
    return make("div", { className: "beside" }, canvas, make("div", {}, shown, rest));
  };

  const bare = (reference) => matrix(reference, arrays[reference >> 1].n.every((size) => size === 1) ? ["1", "1"] : ["", ""]);

  const shapeText = (shape, rows, columns) => {
    const element = make("span", { className: "shape" });
    if (shape[0] === "1" && shape[1] === "1") return element;
    const part = (name) => make("span", { className: dimension(name), textContent: dimensionText(name) });
    element.append(part(shape[0]), "×", part(shape[1]), ` = ${rows}×${columns}`);
    return element;
  };

  const figure = (name, shape, reference, size = null) => {
    const [rows, columns] = reference === null ? size : [arrayOf(reference).rows, arrayOf(reference).columns];
    const caption = make("figcaption", {}, math(name), shapeText(shape, rows, columns));
    return make("figure", { className: "operand" }, caption, reference === null ? make("div", { className: "scroll" }, emptyTable(rows, columns, shape)) : matrix(reference, shape));
  };

  // ------------------------------------------------------------------ what is shown now

  const moment = () => moments[state.step];
  const conventionIndex = () => state.convention ?? moment().o ?? data.home;
  const scene = () => shared[moment().v[conventionIndex()]];
  const cells = () => (scene().c || []).map((index) => shared[index]);
  const clamp = (number, most) => Math.max(0, Math.min(number, most));

  const chosen = () => {
    const all = cells();
    const wanted = state.cells[moment().q] || moment().f;
    // Cells are remembered as the files name them; a convention that stores the quantity transposed shows them turned.
    const place = wanted && all.find(([i, j]) => (scene().r & 1 ? j === wanted[0] && i === wanted[1] : i === wanted[0] && j === wanted[1]));
    return place || all[0];
  };

  const choose = (i, j) => {
    state.cells[moment().q] = scene().r & 1 ? [j, i] : [i, j];
    drawCell();
  };

  const piece = ([kind, content, reference, shape]) => {
    if (kind === 0) return make("span", { className: "sign", textContent: content });
    if (kind === 1 || reference === null) return make("span", { className: "coefficient" }, math(content));
    const element = figure(content, shape, reference);
    element.classList.add("is-operand");
    return element;
  };

  // A sign stays with the operand behind it where the line breaks, a closing bracket with the one before it.
  const terms = (parts) => {
    const found = [];
    let waiting = [];
    parts.forEach((part) => {
      const closes = part.textContent.startsWith(")") && found.length && !waiting.length;
      if (closes) found.at(-1).append(part);
      else waiting.push(part);
      if (!part.classList.contains("sign") && !part.classList.contains("coefficient")) {
        found.push(make("div", { className: "term" }, ...waiting));
        waiting = [];
      }
    });
    if (waiting.length) found.push(make("div", { className: "term" }, ...waiting));
    return found;
  };

  // Breaks a formula before the signs that stand in no bracket and have something in front of them.
  const breakFormula = (whole, signs) => {
    const parts = [[]];
    let depth = 0, before = "";
    [...whole.children].forEach((child) => {
      const sign = child.tagName === "mo" ? child.textContent : "";
      if (parts[0].length && !depth && signs.includes(sign) && sign && (before === "" || "⟩)]".includes(before))) {
        parts.push([]);
        child.setAttribute("form", "infix");
      }
      depth += /^[⟨([]$/.test(sign) ? 1 : /^[⟩)\]]$/.test(sign) ? -1 : 0;
      parts.at(-1).push(child);
      before = sign;
    });
    if (parts.length === 1) return;
    const lines = parts.map((part) => {
      const line = whole.cloneNode(false);
      line.removeAttribute("display");
      line.append(...part);
      return [line, document.createElement("wbr")];
    });
    whole.replaceWith(...lines.flat().slice(0, -1));
  };

  // A formula that is wider than its line goes on in a new one before a plus or minus; then it gets smaller, down to a
  // size that can be read, the sooner if it has to break elsewhere; then it scrolls.
  const fit = (element, least = 0.6) => {
    const share = () => element.clientWidth / element.scrollWidth;
    const breakAt = (signs) => element.querySelectorAll(":scope > math").forEach((whole) => breakFormula(whole, signs));
    const shrink = (most) => { element.style.fontSize = `${parseFloat(getComputedStyle(element).fontSize) * Math.max(most, share() * 0.98)}px`; };
    element.style.fontSize = "";
    if (share() < 1) breakAt("+−");
    if (share() < 0.8) breakAt("=←⊙");
    if (share() < 1) shrink(least);
    element.classList.toggle("cut", share() < 1);
  };

  // A matrix that is wider than its line is set tighter; one that is too wide even so fades where it goes on.
  const fitMatrix = (holder) => {
    const sticksOut = () => holder.scrollWidth > holder.clientWidth + 1;
    holder.classList.remove("tight", "cut");
    holder.classList.toggle("tight", sticksOut());
    holder.classList.toggle("cut", sticksOut());
  };

  const fitAll = () => {
    document.querySelectorAll("#page .scroll").forEach(fitMatrix);
    fit($("equation"));
    fit($("why-heading"), 0.7);
    document.querySelectorAll(".step-math").forEach((line) => fit(line, 0.7));
  };

  const drawStage = () => {
    const now = moment(), shown = scene();
    const phases = { forward: "▶", backward: "◀", update: "◆" };
    Object.assign($("phase"), { textContent: now.p });
    $("phase").dataset.phase = now.p;
    $("phase").dataset.glyph = phases[now.p];
    $("place").textContent = `iteration ${now.i}, step ${now.s} of ${now.n}`;
    const error = now.m[data.error] === undefined ? null : arrayOf(now.m[data.error]);
    $("error").textContent = `${data.error} ${error ? written(error.v[0][0], error.f) : "·"}`;
    const title = texts[now.k];
    $("heading").replaceChildren(...prose((now.s ? "" : "First: ") + title[0].toUpperCase() + title.slice(1)));
    const said = (now.c || []).map((text) => make("p", {}, ...prose(text)));
    if (now.x) said.unshift(make("p", { className: "change" }, ...prose(now.x)));
    $("said").replaceChildren(...said);
    $("equation").replaceChildren(math(shown.e, true));
    $("equation").querySelector("[data-q]")?.classList.add("made");
    $("definition").hidden = shown.d === undefined;
    $("definition").replaceChildren(...(shown.d === undefined ? [] : ["by definition ", math(shown.d)]));
    const result = figure(shown.t, shown.s, shown.r, shown.z);
    result.querySelector("table").id = "result";
    const parts = [[make("span", { className: "sign", textContent: shown.u ? "←" : "=" })], ...shown.l.map(piece)];
    $("layout").replaceChildren(result, ...terms(parts.flat()));
    drawCell();
  };

  // One entry's equation: letters as in the equation above it, the indices under their mark in their dimension's colour.
  const entrySide = (index) => {
    const nodes = [];
    shared[index].forEach((part) => {
      if (typeof part !== "string" && part.length === 1) nodes.push(make("b", { textContent: part[0] }));
      else if (typeof part === "string") nodes.push(...setWord(part).flatMap((each) => (typeof each === "string" ? slanted(each) : each)));
      else nodes.push(make("sub", { className: dimension(part[1]) }, ...setWord(part[0]).map((each) => each.textContent ?? each)));
    });
    return stacked(nodes);
  };

  // Single Latin letters are variables and slanted; words such as max and exp are not.
  const slanted = (text) => text.split(/((?<!\p{L})[a-zA-Z](?!\p{L}))/u).map((part, index) => (index % 2 ? make("i", { textContent: part }) : part));

  const stacked = (nodes) => {
    const found = [];
    nodes.forEach((node) => {
      const last = found.at(-1);
      if (node.tagName !== "SUB") found.push(node);
      else if (last?.className === "marks") last.lastChild.append(node);
      else if (last?.tagName === "SUP") found.splice(-1, 1, make("span", { className: "marks" }, last, make("span", {}, node)));
      else found.push(node);
    });
    return found;
  };

  const plainText = (nodes) => nodes.map((node) => (typeof node === "string" ? node : node.textContent)).join("");

  const drawCell = () => {
    const place = chosen();
    $("layout").querySelectorAll(".read, .chosen").forEach((cell) => cell.classList.remove("read", "chosen"));
    $("layout").querySelectorAll("#result [aria-current]").forEach((cell) => cell.removeAttribute("aria-current"));
    if (!place) {
      $("entry").replaceChildren();
      $("check").replaceChildren();
      $("sentence").textContent = "Nothing is computed yet. Press →, or swipe, for the first equation.";
      return;
    }
    const [i, j, reads, sides, sentence, check, made] = place;
    const cell = $("result").querySelector(`td[data-i="${i}"][data-j="${j}"]`);
    cell?.classList.add("chosen");
    cell?.setAttribute("aria-current", "true");
    $("layout").querySelectorAll(".is-operand").forEach((operand, index) => {
      const [row, column] = reads[index] || [];
      operand.querySelectorAll("td[data-i]").forEach((each) => {
        const lit = (row === -1 || Number(each.dataset.i) === row) && (column === -1 || Number(each.dataset.j) === column);
        each.classList.toggle("read", lit);
      });
    });
    const [name, symbolic, numeric] = sides.map(entrySide);
    const answer = make("span", { className: "answer", textContent: made ?? (cell ? cell.textContent : "") });
    const middle = plainText(numeric) === answer.textContent ? [] : [" = ", ...numeric];
    $("entry").replaceChildren(...name, scene().u ? " ← " : " = ", ...symbolic, ...middle, " = ", answer);
    $("sentence").replaceChildren(...prose(texts[sentence]));
    $("check").className = check && check[0] === 0 ? "wrong" : "";
    $("check").replaceChildren(...checkText(check));
  };

  const checkText = (check) => {
    if (!check) return [];
    const [verdict, quotient] = check;
    if (verdict === 2) return [`A kink lies here: the slopes on both sides differ; a difference quotient of E gives ${quotient}.`];
    return [verdict ? "✓ " : "✗ ", "a difference quotient of E, computed on its own, gives ", make("b", { textContent: quotient })];
  };

  // ------------------------------------------------------------------ why

  const derivation = () => {
    const own = typeof moment().d === "number" ? moments[moment().d] : moment();
    const found = own.d && (own.d[conventionIndex()] ?? own.d[data.home]);
    return found === undefined || found === null ? null : { ...shared[found], at: own === moment() ? null : moment().d };
  };

  const drawWhy = () => {
    const found = derivation();
    const open = state.why && found !== null;
    $("ask-why").hidden = found === null;
    $("ask-why").setAttribute("aria-expanded", String(open));
    $("why").hidden = !open;
    $("page").classList.toggle("with-why", open);
    if (!open) return;
    state.route = clamp(state.route, found.routes.length - 1);
    $("why-heading").replaceChildren("Why ", math(scene().e), "\u2060?");
    $("routes").replaceChildren(...found.routes.map(([, title], index) => {
      const tab = make("button", { type: "button", textContent: `${index + 1} ${title.split(":")[0]}`, onclick: () => { state.route = index; drawWhy(); } });
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-selected", String(index === state.route));
      return tab;
    }));
    const list = make("ol");
    let last = "";
    found.routes[state.route][2].map((index) => shared[index]).forEach(([line, reason, holds, worth, structure]) => {
      const item = make("li", {}, make("div", { className: "step-math" }, math(line)));
      const mark = { true: ["holds", "✓", "holds on these numbers"], false: ["fails", "✗", "does not hold"] }[holds];
      item.append(mark ? make("span", { className: mark[0], textContent: mark[1], title: mark[2] }) : make("span"));
      item.append(make("p", { className: "reason" }, ...prose(texts[reason] + (structure ? ` (${structure})` : ""))));
      // Lines that have the same value, as most have, show it once.
      const values = make("div", { className: "worth" }, ...worth.slice(0, 6).map(bare));
      if (worth.length && values.textContent !== last) item.append(values);
      last = values.textContent;
      list.append(item);
    });
    const answer = make("div", { className: "answer-box" }, make("h3", {}, ...prose(texts[found.q])), make("p", {}, ...prose(texts[found.a])));
    const elsewhere = found.at === null ? [] : [make("p", { className: "elsewhere reason" }, "The numbers are those of ", make("button", { type: "button", textContent: `step ${found.at}`, onclick: () => go(found.at) }), ".")];
    $("derivation").replaceChildren(...elsewhere, list, answer);
    fitAll();
  };

  const openWhy = (wanted) => {
    state.why = wanted;
    drawWhy();
    if (wanted && !$("why").hidden && $("why").getBoundingClientRect().top > innerHeight - 160) $("why").scrollIntoView({ behavior: still() ? "auto" : "smooth", block: "start" });
  };

  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  // ------------------------------------------------------------------ map, chapters, tape

  const makers = {};
  moments.forEach((each, index) => { if (each.s) (makers[each.q] ||= []).push(index); });

  const quantity = (id, name) => {
    const element = make("button", { type: "button", className: "quantity", dataset: { id } }, math(name), make("span", { className: "swatches" }));
    element.onclick = () => {
      const made = makers[id] || [];
      const earlier = made.filter((index) => index <= state.step);
      if (made.length) go(earlier.length ? earlier.at(-1) : made[0]);
    };
    return element;
  };

  const buildMap = () => data.map.forEach(({ title, items }) => {
    const pairs = items.map(([id, name, , gradient, gradientName]) => {
      const pair = make("div", { className: "pair" }, quantity(id, name));
      if (gradient) pair.append(quantity(gradient, gradientName));
      return pair;
    });
    $("map").append(make("div", { className: "card" }, make("h3", { textContent: title }), make("div", { className: "lanes" }, ...pairs)));
  });

  const swatches = (reference) => {
    const array = arrayOf(reference);
    const grid = array.picture || array.v;
    const largest = array.picture ? 8 : largestOf(array.v);
    const many = grid.length > 6 || grid[0].length > 8;
    const holder = make("span", { className: `swatches${many ? " many" : ""}${many && grid[0].length === 1 ? " single" : ""}` });
    holder.style.gridTemplateColumns = `repeat(${grid[0].length}, auto)`;
    grid.forEach((row) => row.forEach((value) => holder.append(make("i", { className: levelClass(value, largest) }))));
    return holder;
  };

  const drawMap = () => {
    const now = moment();
    const read = new Set(scene().l.filter((part) => part[0] === 2).map((part) => part[4]));
    $("map").querySelectorAll(".quantity").forEach((element) => {
      const { id } = element.dataset, reference = now.m[id];
      element.classList.toggle("empty", reference === undefined);
      element.classList.toggle("made", id === now.q);
      element.classList.toggle("read", read.has(id) && id !== now.q);
      element.querySelector(".swatches").replaceWith(reference === undefined ? make("span", { className: "swatches", textContent: "·" }) : swatches(reference));
      const array = reference === undefined ? null : arrayOf(reference);
      element.title = array === null ? "not computed yet" : array.picture ? `${array.rows}×${array.columns}` : array.v.map((row) => row.map((value) => written(value, array.f)).join("  ")).join("\n");
    });
    $("map").querySelectorAll(".card").forEach((card) => card.classList.toggle("now", card.querySelector(".made") !== null));
    reveal($("map"), $("map").querySelector(".card.now"));
  };

  // Scrolls a strip sideways until the element is in its middle; the page itself stays where it is.
  const reveal = (strip, element) => {
    if (element) strip.scrollTo({ left: element.offsetLeft - strip.offsetLeft - (strip.clientWidth - element.offsetWidth) / 2, behavior: still() ? "auto" : "smooth" });
  };

  const buildChapters = () => {
    $("chapters").hidden = data.chapters.length === 0;
    data.chapters.forEach((title, index) => $("chapters").append(make("button", { type: "button", textContent: title, onclick: () => go(chapterStart(index + 1)) })));
  };

  const chapterStart = (number) => Math.max(0, moments.findIndex((each) => each.h === number));
  const phaseOf = (index) => `${moments[index].i} ${moments[index].s ? moments[index].p : "start"}`;

  const buildTape = () => moments.forEach((each, index) => {
    if (!index) return;
    const name = shared[each.v[data.home]].t;
    const button = make("button", { type: "button", dataset: { phase: each.p }, onclick: () => go(index) }, math(name), make("small", { textContent: String(index) }));
    button.setAttribute("aria-label", `Step ${index}: ${texts[each.k]}`);
    const item = make("li", {}, button);
    if (index > 1 && phaseOf(index) !== phaseOf(index - 1)) item.className = "begins";
    $("steps").append(item);
  });

  const drawTape = () => {
    [...$("steps").children].forEach((item, index) => {
      const button = item.firstChild;
      button.classList.toggle("done", index < state.step);
      if (index + 1 === state.step) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    $("back").disabled = state.step === 0;
    $("next").disabled = state.step === moments.length - 1;
    reveal($("steps"), $("steps").children[Math.max(0, state.step - 1)]);
    [...$("chapters").children].forEach((button, index) => {
      if ((moment().h || 0) === index + 1) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
    reveal($("chapters"), $("chapters").querySelector("[aria-current]"));
  };

  // ------------------------------------------------------------------ moving

  const draw = () => {
    document.body.dataset.step = String(state.step);
    const [name, formula, metIn] = data.conventions[conventionIndex()];
    $("convention").hidden = data.conventions.length === 1;
    $("formula").textContent = formula;
    $("convention").title = `${name}: ${metIn}. Next convention (n)`;
    $("convention").setAttribute("aria-label", `Convention ${name}, ${formula}. Next convention`);
    drawStage();
    drawWhy();
    fitAll();
    drawMap();
    drawTape();
  };

  const show = (step) => {
    const before = state.step;
    state.step = clamp(step, moments.length - 1);
    const now = moment();
    if (now.w) Object.assign(state, { why: true, asked: true, route: Math.max(0, ["index", "jacobian", "differential"].indexOf(now.r)) });
    else if (state.asked && before !== state.step) Object.assign(state, { why: false, asked: false });
    draw();
  };

  const go = (step) => {
    const address = `#step=${clamp(step, moments.length - 1)}`;
    if (location.hash !== address) location.hash = address;
    else show(step);
  };

  const fromAddress = () => {
    const [, what, number] = /^#(step|chapter)=(\d+)$/.exec(location.hash) || [];
    show(what === "step" ? Number(number) : what === "chapter" ? chapterStart(Number(number)) : 0);
  };

  // As in the app: the beginning, and the end of every unbroken run of one phase.
  const phasePlace = (direction) => {
    const last = moments.length - 1;
    const places = moments.map((_, index) => index).filter((index) => index === 0 || index === last || phaseOf(index) !== phaseOf(index + 1));
    return direction > 0 ? places.find((index) => index > state.step) ?? last : places.filter((index) => index < state.step).at(-1) ?? 0;
  };

  const moveCell = (down, right) => {
    const place = chosen();
    if (place && cells().some(([i, j]) => i === place[0] + down && j === place[1] + right)) choose(place[0] + down, place[1] + right);
  };

  const nextConvention = () => {
    state.convention = (conventionIndex() + 1) % data.conventions.length;
    draw();
  };

  const route = (index) => {
    state.route = index;
    openWhy(true);
  };

  const keys = {
    ArrowRight: () => go(state.step + 1), ArrowLeft: () => go(state.step - 1),
    p: () => go(phasePlace(1)), P: () => go(phasePlace(-1)),
    Home: () => go(0), End: () => go(moments.length - 1),
    h: () => moveCell(0, -1), l: () => moveCell(0, 1), k: () => moveCell(-1, 0), j: () => moveCell(1, 0),
    w: () => openWhy(!state.why), 1: () => route(0), 2: () => route(1), 3: () => route(2),
    n: nextConvention, "?": () => $("help").showModal(),
  };

  const listen = () => {
    addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || $("help").open || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    addEventListener("hashchange", fromAddress);
    addEventListener("resize", fitAll);
    $("next").onclick = keys.ArrowRight;
    $("back").onclick = keys.ArrowLeft;
    $("convention").onclick = nextConvention;
    $("ask").onclick = keys["?"];
    $("ask-why").onclick = keys.w;
    $("layout").addEventListener("click", ({ target }) => {
      if (target.matches("#result td[data-i]")) choose(Number(target.dataset.i), Number(target.dataset.j));
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.querySelectorAll("canvas").forEach(drawPicture));
    let from = null;
    const scrollsSideways = (element) => {
      for (let up = element; up && up !== document.body; up = up.parentElement) {
        if (up.scrollWidth > up.clientWidth + 1 && getComputedStyle(up).overflowX === "auto") return true;
      }
      return false;
    };
    addEventListener("touchstart", ({ target, touches }) => {
      from = touches.length === 1 && !scrollsSideways(target) ? [touches[0].clientX, touches[0].clientY] : null;
    }, { passive: true });
    addEventListener("touchend", ({ changedTouches }) => {
      if (!from) return;
      const [right, down] = [changedTouches[0].clientX - from[0], changedTouches[0].clientY - from[1]];
      if (Math.abs(right) > 50 && Math.abs(right) > 2 * Math.abs(down)) go(state.step + (right < 0 ? 1 : -1));
      from = null;
    }, { passive: true });
  };

  document.documentElement.classList.add("stepped");
  $("page").hidden = false;
  $("tape").hidden = moments.length === 1;
  buildMap();
  buildChapters();
  buildTape();
  document.querySelectorAll(".about, #sheet").forEach(setAll);
  listen();
  fromAddress();
})();
