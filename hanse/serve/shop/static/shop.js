// The little that the sample shop's pages do themselves: consent, the cart, and what they tell Hanse.
window.hanse = window.hanse || [];
const tell = (...call) => window.hanse.push(call);
const script = document.currentScript;

const person = document.getElementById("person");
if (person) window.hanseElements = { user: JSON.parse(person.textContent) };

// ---- The cart, for as long as the tab is open: a visitor asks for it, so it needs no consent.
const cart = () => (sessionStorage.getItem("shop.cart") || "").split(",").filter(Boolean);

function keep(products) {
  sessionStorage.setItem("shop.cart", products.join(","));
  showCart();
}

function showCart() {
  const link = document.querySelector("[data-cart]");
  const count = link.querySelector(".count");
  const address = new URL(link.href);
  address.searchParams.set("items", cart().join(","));
  link.href = address;
  count.textContent = cart().length;
  count.hidden = cart().length === 0;
}

// ---- Consent
function ask() {
  const form = document.querySelector(".consent");
  let told = sessionStorage.getItem("shop.refused");
  try {
    told = told || localStorage.getItem("hanse");
  } catch {
    return;
  }
  form.hidden = Boolean(told);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const yes = event.submitter.value === "yes";
    if (!yes) sessionStorage.setItem("shop.refused", "1");
    tell("consent", { statistics: yes, personalisation: yes, advertising: false }, { channel: "sample shop" });
    form.hidden = true;
    document.querySelectorAll("hanse-recommendations, hanse-search").forEach((each) => each.refresh?.());
  });
}

function start() {
  showCart();
  ask();
  if (person) tell("identify", JSON.parse(person.textContent).id);
  const product = document.querySelector("[data-product]");
  if (product) tell("track", "Product Viewed", { product_id: product.dataset.product, price: Number(product.dataset.price) || undefined, currency: "EUR" });
}

document.addEventListener("DOMContentLoaded", start);

document.addEventListener("click", ({ target }) => {
  const { add, remove, reset } = target.closest("[data-add], [data-remove], [data-reset]")?.dataset ?? {};
  if (reset !== undefined) tell("reset");
  if (add) {
    keep([...cart().filter((each) => each !== add), add]);
    tell("track", "Product Added", { product_id: add });
    location.assign(document.querySelector("[data-cart]").href);
  }
  if (remove) {
    keep(cart().filter((each) => each !== remove));
    location.assign(document.querySelector("[data-cart]").href);
  }
});

// In the demonstration each row, and each search, leads to its decision: what was answered, by which model, and why.
function explain(target, decisionId) {
  const link = document.createElement("a");
  link.className = "why";
  link.href = `/decisions/${decisionId}`;
  link.textContent = script.dataset.why;
  if (target.nextElementSibling?.className === "why") target.nextElementSibling.remove();
  target.after(link);
}

document.addEventListener("hanse:shown", ({ target, detail }) => explain(target, detail.decisionId));

// What others found goes along with what is searched for.
document.addEventListener("hanse:results", ({ target, detail }) => {
  explain(target, detail.decisionId);
  document.querySelector('hanse-recommendations[placement="search"]')?.setAttribute("query", detail.query);
  if (detail.query) document.title = `${detail.query} – Nordwerk`;
});
