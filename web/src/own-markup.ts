// A <template> inside the element is the shop's own card: it is filled for each product and stands in the page, under the shop's styles.
//
//   <template><a data-hanse="url"><img data-hanse="image"><b data-hanse="title"></b> <span data-hanse="price"></span></a></template>
import type { Item } from "./settings.js";

export interface Shown {
  item: Item;
  url: string | undefined;
  image: string | undefined;
  price: string;
}

function fill(target: Element, shown: Shown): void {
  const { item, url, image, price } = shown;
  const name = target.getAttribute("data-hanse");
  if (name === "url") url ? target.setAttribute("href", url) : target.removeAttribute("href");
  else if (name === "image") image ? target.setAttribute("src", image) : target.remove();
  else target.textContent = name === "title" ? item.title : name === "price" ? price : name === "reason" ? item.reason : "";
}

/** Put one filled copy for each product into the element, each in a slot of its own. */
export function place(host: Element, template: HTMLTemplateElement, products: Shown[]): void {
  host.querySelectorAll(":scope > [data-hanse-card]").forEach((each) => each.remove());
  products.forEach((shown, at) => {
    const card = document.createElement("div");
    card.dataset["hanseCard"] = "";
    card.slot = `card-${at}`;
    card.append(template.content.cloneNode(true));
    card.querySelectorAll("[data-hanse]").forEach((each) => fill(each, shown));
    host.append(card);
  });
}
