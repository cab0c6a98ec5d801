/** Returns a function that runs work of the same key one after another, in the order of its arrival. */
export function createKeyedQueue(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
    const last = new Map<string, Promise<unknown>>();
    return (key, work) => {
        const result = (last.get(key) ?? Promise.resolve()).then(work, work);
        last.set(key, result);
        return result;
    };
}
