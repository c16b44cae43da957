// When something counts as seen: half of it, or half of the window filled by it, for one second, in a page that is being looked at.

const SEEN_MS = 1_000;
const HALF = 0.5;

/** Calls back once; returns what ends the watch. */
export function whenSeen(element: Element, seen: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let inside = false;
  const look = () => {
    clearTimeout(timer);
    if (inside && document.visibilityState === "visible") timer = setTimeout(done, SEEN_MS);
  };
  const observer = new IntersectionObserver(
    ([...entries]) => {
      const last = entries.at(-1);
      const fills = last?.rootBounds ? last.intersectionRect.height >= HALF * last.rootBounds.height : false;
      inside = last !== undefined && last.isIntersecting && (last.intersectionRatio >= HALF || fills);
      look();
    },
    { threshold: [0, 0.1, 0.2, 0.3, 0.4, HALF, 0.75, 1] },
  );
  const end = () => {
    clearTimeout(timer);
    observer.disconnect();
    document.removeEventListener("visibilitychange", look);
  };
  const done = () => {
    end();
    seen();
  };
  observer.observe(element);
  document.addEventListener("visibilitychange", look);
  return end;
}

/** Calls back once as soon as something is near what the visitor sees. */
export function whenNear(element: Element, near: () => void): () => void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((each) => each.isIntersecting)) return;
      observer.disconnect();
      near();
    },
    { rootMargin: "400px" },
  );
  observer.observe(element);
  return () => observer.disconnect();
}

/** Which of some elements are at least half inside a box and the window. */
export function within<T extends Element>(box: Element, elements: Iterable<T>): T[] {
  const frame = box.getBoundingClientRect();
  const left = Math.max(frame.left, 0);
  const right = Math.min(frame.right, innerWidth);
  return [...elements].filter((each) => {
    const { left: from, right: until, width, top, bottom, height } = each.getBoundingClientRect();
    const across = Math.min(until, right) - Math.max(from, left);
    const down = Math.min(bottom, innerHeight) - Math.max(top, 0);
    return across >= HALF * width && down >= HALF * height;
  });
}
