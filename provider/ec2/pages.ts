/** All pages of a listing, one after another. */
export async function allPages<Page extends { NextToken?: string | undefined }>(
    fetch: (token: string | undefined) => Promise<Page>,
): Promise<Page[]> {
    const pages: Page[] = [];
    let token: string | undefined;
    do {
        const page = await fetch(token);
        pages.push(page);
        token = page.NextToken || undefined;
    } while (token !== undefined);
    return pages;
}
