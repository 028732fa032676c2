/* Pictures of charts, made in the reader's own browser: the chart as it is drawn, with the words that it needs once it
   has left the page. Nothing is sent anywhere. A permanent link is completed with the host when it is chosen, the address
   below the page when it is printed. */
(() => {
  "use strict";
  const WIDTH = 960, LEAST = 420, LINE = 19, SIDE = 14, SHARPNESS = 2, GROUND = "#ffffff";

  function lines(texts, place) {
    return texts.map((text, index) => ({
      text, showarrow: false, xref: "paper", yref: "paper", font: { size: 13, color: "#16262b" },
      ...place, yshift: place.yshift - index * LINE,
    }));
  }

  function picture(drawn, words, keys, rtl) {
    const layout = JSON.parse(JSON.stringify(drawn.layout));
    const margin = { l: 8, r: 8, t: 12, b: 32, ...layout.margin };
    margin.l += SIDE;
    margin.r += SIDE;
    const letters = keys.reduce((sum, key) => sum + key.name.length + 8, 0);
    const rows = Math.ceil(letters / 100);
    const above = (words.above.length + 1) * LINE + rows * (LINE + 6);
    const below = (words.below.length + 1) * LINE;
    const height = Math.max(LEAST, drawn.clientHeight);
    const side = rtl
      ? { x: 1, xanchor: "right", xshift: margin.r - 16 }
      : { x: 0, xanchor: "left", xshift: 16 - margin.l };
    layout.annotations = [
      ...(layout.annotations || []),
      ...lines(words.above, { ...side, y: 1, yanchor: "top", yshift: margin.t + above - 8 }),
      ...lines(words.below, { ...side, y: 0, yanchor: "top", yshift: -margin.b - 8 }),
    ];
    layout.margin = { ...margin, t: margin.t + above, b: margin.b + below, autoexpand: false };
    layout.paper_bgcolor = layout.plot_bgcolor = GROUND;
    layout.showlegend = keys.length > 0;
    layout.legend = {
      orientation: "h", traceorder: "normal", x: rtl ? 1 : 0, xanchor: rtl ? "right" : "left", y: 1, yanchor: "bottom",
      font: { size: 13 }, itemsizing: "constant",
    };
    delete layout.width;
    delete layout.height;
    const data = drawn.data.map((trace) => ({ ...trace, showlegend: false }));
    return {
      figure: { data: [...data, ...(rtl && rows === 1 ? keys.reverse() : keys)], layout, config: { staticPlot: true } },
      size: { width: WIDTH, height: height + above + below },
    };
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-picture]");
    if (!button || !window.Plotly) return;
    const { chart, name, words, keys } = button.parentElement.dataset;
    const drawn = document.getElementById(chart)?.querySelector(".js-plotly-plot");
    if (!drawn) return;
    const made = picture(drawn, JSON.parse(words), JSON.parse(keys), document.documentElement.dir === "rtl");
    const format = button.dataset.picture;
    const scale = format === "png" ? SHARPNESS : 1;
    window.Plotly.downloadImage(made.figure, { format, filename: name, scale, ...made.size });
  });

  window.addEventListener("beforeprint", () => {
    for (const address of document.querySelectorAll("[data-address]")) {
      address.textContent = new URL(address.textContent, window.location.origin).href;
    }
  });

  document.addEventListener("focusin", (event) => {
    const field = event.target;
    if (field.id === "permanent-link" && field.value.startsWith("/")) {
      field.value = new URL(field.value, window.location.origin).href;
    }
  });
})();
