// What is searched for, and how it stands in the address of the page, so that it can be shared, kept and gone back to.

export const SORTS = ["relevance", "price_up", "price_down", "newest", "popularity"] as const;
export type Sort = (typeof SORTS)[number];

export interface Wanted {
  query: string;
  /** What was chosen in facets, by their names. */
  chosen: Record<string, string[]>;
  /** Prices as they are shown, in major units. */
  from: number | undefined;
  to: number | undefined;
  sort: Sort;
  /** How many pages are shown below each other. */
  pages: number;
  /** Exactly what was typed, without mending typing errors. */
  asTyped: boolean;
}

const FACET = /^(category|brand|stock|attribute(:.+)?)$/;
const [FROM, TO, SORT, PAGES, AS_TYPED] = ["price_from", "price_to", "sort", "page", "as_typed"] as const;
const MOST_LETTERS = 200;
export const BELOW = " > "; // between the parts of a category

export const nothingChosen = (): Wanted => ({ query: "", chosen: {}, from: undefined, to: undefined, sort: "relevance", pages: 1, asTyped: false });

/** Whether there is anything to search for. */
export const isAsked = (wanted: Wanted): boolean => wanted.query !== "" || Object.keys(wanted.chosen).length > 0;

export const isNarrowed = (wanted: Wanted): boolean => Object.keys(wanted.chosen).length > 0 || wanted.from !== undefined || wanted.to !== undefined;

export const tidy = (query: string): string => query.trim().slice(0, MOST_LETTERS);

function amount(text: string | null): number | undefined {
  const found = text ? Number(text) : NaN;
  return Number.isFinite(found) && found >= 0 ? found : undefined;
}

/** Read what an address asks for; what is not ours in it is left alone. */
export function read(address: URL, name: string): Wanted {
  const told = address.searchParams;
  const facets = [...new Set(told.keys())].filter((each) => each !== name && FACET.test(each)).slice(0, 20);
  return {
    query: tidy(told.get(name) ?? ""),
    chosen: Object.fromEntries(facets.map((each) => [each, [...new Set(told.getAll(each))].filter(Boolean).slice(0, 50)]).filter(([, all]) => all?.length)) as Wanted["chosen"],
    from: amount(told.get(FROM)),
    to: amount(told.get(TO)),
    sort: SORTS.find((each) => each === told.get(SORT)) ?? "relevance",
    pages: Math.min(Math.max(Math.trunc(Number(told.get(PAGES))) || 1, 1), 50),
    asTyped: told.get(AS_TYPED) === "1",
  };
}

/** Return the address with what is wanted in it, in place of what was wanted before. */
export function write(wanted: Wanted, address: URL, name: string): URL {
  const written = new URL(address);
  const told = written.searchParams;
  const before = [...told.keys()].filter((each) => FACET.test(each));
  [name, FROM, TO, SORT, PAGES, AS_TYPED, ...before].forEach((each) => told.delete(each));
  if (wanted.query) told.set(name, wanted.query);
  Object.entries(wanted.chosen).forEach(([facet, values]) => values.forEach((each) => told.append(facet, each)));
  if (wanted.from !== undefined) told.set(FROM, `${wanted.from}`);
  if (wanted.to !== undefined) told.set(TO, `${wanted.to}`);
  if (wanted.sort !== "relevance") told.set(SORT, wanted.sort);
  if (wanted.pages > 1) told.set(PAGES, `${wanted.pages}`);
  if (wanted.asTyped) told.set(AS_TYPED, "1");
  return written;
}

/** Whether one category is another one, or below it. */
export const isBelow = (path: string, above: string): boolean => path === above || path.startsWith(`${above}${BELOW}`);

/** Choose a value of a facet, or no longer. Of categories above and below each other only one is chosen: together they would be no narrower. */
export function toggled(wanted: Wanted, facet: string, value: string): Wanted {
  const { [facet]: before = [], ...others } = wanted.chosen;
  const related = (each: string) => facet === "category" && (isBelow(each, value) || isBelow(value, each));
  const values = before.includes(value) ? before.filter((each) => each !== value) : [...before.filter((each) => !related(each)), value];
  return { ...wanted, chosen: values.length ? { ...others, [facet]: values } : others };
}

/** Write what was chosen as the answer writes it: an address may have it in other letters. */
export function spelled(wanted: Wanted, facets: { name: string; values: { value: string }[] }[]): Wanted {
  const known = (facet: string, chosen: string) => facets.find(({ name }) => name === facet)?.values.find(({ value }) => value.toLowerCase() === chosen.toLowerCase())?.value ?? chosen;
  return { ...wanted, chosen: Object.fromEntries(Object.entries(wanted.chosen).map(([facet, values]) => [facet, values.map((each) => known(facet, each))])) };
}
