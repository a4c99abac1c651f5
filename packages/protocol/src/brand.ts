declare const brandKey: unique symbol

/** A `Value` that cannot be swapped for another kind of the same primitive. Made by decoders and by whoever mints it. */
export type Brand<Value, Name extends string> = Value & { readonly [brandKey]: Name }
