// Builds the documentation site from the pages of the repository, with a sidebar: `npm run site` writes it to
// temp/site.
import { readFileSync } from "node:fs";
import { slug } from "github-slugger";

const manifest = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
const repository = manifest.repository.url.replace(/^git\+|\.git$/g, "");

const page = (text, link) => ({ text, link });
const reference = (name) =>
    page(name, `/docs/reference/${name.replace(/(?<=.)[A-Z]/g, "-$&").toLowerCase()}`);

export default {
    title: "pulumi-ebs-snapshots",
    description: "Create, share, copy, schedule and restore Amazon EBS snapshots with Pulumi",
    // GitHub Pages serves a repository below its name.
    base: process.env.SITE_BASE ?? "/",
    srcDir: "../..",
    outDir: "../../temp/site",
    cacheDir: "../../temp/site-cache",
    srcExclude: [
        "node_modules/**",
        "api/**",
        "templates/**",
        "temp/**",
        ".tools/**",
        "test/**",
        ".github/**",
    ],
    rewrites: { "README.md": "index.md" },
    // test/unit/docs/links.test.ts checks the links, also those to files that are not pages.
    ignoreDeadLinks: true,
    markdown: { anchor: { slugify: slug } },
    themeConfig: {
        search: { provider: "local" },
        outline: [2, 3],
        socialLinks: [{ icon: "github", link: repository }],
        sidebar: [
            {
                text: "Start",
                items: [
                    page("Overview", "/"),
                    page("Examples", "/examples/README"),
                    page("Other languages", "/docs/_index"),
                    page("Installation and configuration", "/docs/installation-configuration"),
                    page("The plugin", "/docs/plugin"),
                    page("Command line", "/docs/cli"),
                ],
            },
            {
                text: "Resources",
                items: [
                    page("Reference", "/docs/reference/README"),
                    ...["Snapshot", "CompletedSnapshots", "SnapshotCopy", "InstanceSnapshots"].map(reference),
                    ...["VolumeFromSnapshot", "VolumeClone", "SnapshotShare"].map(reference),
                    ...["SnapshotSchedule", "LifecyclePolicy"].map(reference),
                    ...["SharedSnapshotCopies", "SnapshotSharingPolicy"].map(reference),
                    page("Provider", "/docs/reference/provider"),
                    page("Common options", "/docs/reference/common-options"),
                    page("Functions and types", "/docs/reference/functions-and-types"),
                    page("Policies", "/docs/reference/policies"),
                ],
            },
            {
                text: "Guides",
                items: [
                    page("Frequent snapshots", "/docs/guides/frequent-snapshots"),
                    page("Recovery volumes", "/docs/guides/recovery-volumes"),
                    page("Transfer between accounts", "/docs/guides/cross-account-transfer"),
                    page("Disaster recovery drill", "/docs/guides/disaster-recovery-drill"),
                    page("Cost by billing code", "/docs/guides/cost-by-billing-code"),
                    page("Adopting what exists", "/docs/adopting"),
                ],
            },
            {
                text: "Operation",
                items: [
                    page("Configuration", "/docs/configuration"),
                    page("Permissions", "/docs/permissions"),
                    page("What happens when", "/docs/what-happens-when"),
                    page("Engine options", "/docs/engine-options"),
                    page("Scale", "/docs/scale"),
                    page("Comparison", "/docs/comparison"),
                    page("Measurements", "/bench/results/results"),
                ],
            },
            {
                text: "Project",
                items: [
                    page("Changelog", "/CHANGELOG"),
                    page("Versioning", "/VERSIONING"),
                    page("Contributing", "/CONTRIBUTING"),
                    page("Conduct", "/CODE_OF_CONDUCT"),
                    page("Security", "/SECURITY"),
                    page("Licences", "/docs/licences"),
                    page("Architecture", "/docs/architecture"),
                    page("Design", "/docs/design"),
                ],
            },
        ],
    },
};
