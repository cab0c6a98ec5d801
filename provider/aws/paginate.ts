/**
 * Reads all pages of a listing.
 *
 * @module
 */
import { Ec2Error } from "./errors";

interface Page {
    NextToken?: string | undefined;
}

/** Returns all pages of a listing. */
export async function allPages<P extends Page>(
    action: string,
    fetch: (token: string | undefined) => Promise<P>,
): Promise<P[]> {
    const pages: P[] = [];
    for await (const page of eachPage(action, fetch)) pages.push(page);
    return pages;
}

/**
 * Yields the pages of a listing, one after another, so that a long one needs the memory of one page. A repeated token is
 * an error, since the listing would never end.
 */
export async function* eachPage<P extends Page>(
    action: string,
    fetch: (token: string | undefined) => Promise<P>,
): AsyncGenerator<P> {
    const tokens = new Set<string>();
    for (let token: string | undefined; ;) {
        const page = await fetch(token);
        yield page;
        token = page.NextToken || undefined;
        if (token === undefined) return;
        if (tokens.has(token)) {
            const message = `page ${String(tokens.size + 1)} has the same paging token as an earlier page`;
            throw new Ec2Error({
                kind: "indeterminate",
                code: "RepeatedPagingToken",
                awsMessage: message,
                action,
            });
        }
        tokens.add(token);
    }
}
