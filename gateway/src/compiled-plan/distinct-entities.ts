import type { OfType, Requires } from './compile-requires.ts';
import type { Json } from './run.ts';

/**
 * The representations of the different entities among those given to it, each written once. Where one string tells
 * entities of a type apart, they are compared by it: the text would have to be put together for it.
 */
export function createDistinctEntities({ typeOf, write }: Requires) {
  const texts: string[] = [];
  const byText = new Map<string, number>();
  const byType = new Map<OfType, Map<string, number>>();

  /** Where the entity's representation is in `texts`; undefined for one that the fetch is not about. */
  function placeOf(entity: Json): number | undefined {
    const ofType = typeOf(entity);
    if (!ofType) return undefined;
    const key = ofType.key === undefined ? undefined : entity[ofType.key];
    if (typeof key !== 'string') {
      const text = write(entity, ofType);
      return byText.get(text) ?? put(byText, text, text);
    }
    let byKey = byType.get(ofType);
    if (!byKey) byType.set(ofType, (byKey = new Map()));
    return byKey.get(key) ?? put(byKey, key, write(entity, ofType));
  }

  function put(places: Map<string, number>, key: string, text: string): number {
    const place = texts.push(text) - 1;
    places.set(key, place);
    return place;
  }

  return { texts, placeOf };
}
