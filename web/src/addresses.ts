// Addresses that come from a server: nothing that would run as a script becomes a link, a picture or a place to go to.

function parsed(address: string | null | undefined): URL | undefined {
  if (!address) return undefined;
  try {
    return new URL(address, location.href);
  } catch {
    return undefined;
  }
}

/** An address that a link may lead to. */
export function linkable(address: string | null | undefined): string | undefined {
  return ["http:", "https:"].includes(parsed(address)?.protocol ?? "") ? (address ?? undefined) : undefined;
}

/** An address that a picture may come from. */
export function picturable(address: string | null | undefined): string | undefined {
  return linkable(address) ?? (/^data:image\//i.test(address ?? "") ? (address ?? undefined) : undefined);
}
