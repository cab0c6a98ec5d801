/** So that `npx vitest` alone works on a clean clone: makes the Pulumi CLI and the emulator's Python where they are missing. */
export default async function setup(): Promise<void> {
    const { tools } = await import("../scripts/tools.mjs");
    await tools();
}
