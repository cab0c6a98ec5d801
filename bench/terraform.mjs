// Runs Terraform's AWS provider, if `terraform` and a mirror of the provider are on the machine.
import { existsSync } from "node:fs";
import { copyFile, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./process.mjs";

const programs = fileURLToPath(new URL("peers/terraform/", import.meta.url));
const workFolder = fileURLToPath(new URL("../temp/bench/terraform/", import.meta.url));
/** Folders that may contain `registry.terraform.io/hashicorp/aws/<version>`. */
const mirrors = [
    process.env.BENCH_TERRAFORM_MIRROR,
    "/opt/tf-plugins",
    "/usr/share/terraform/plugins",
].filter((folder) => folder !== undefined);

const name = "Terraform AWS provider";

/** Returns the version, and a contender for each program; it fails with the reason if Terraform cannot run. */
export async function terraform() {
    const mirror = mirrors.find((folder) =>
        existsSync(join(folder, "registry.terraform.io", "hashicorp", "aws")),
    );
    if (mirror === undefined) throw new Error(`no mirror of hashicorp/aws in ${mirrors.join(", ")}`);
    const { stdout } = await run("terraform", ["version", "-json"], { env: { ...process.env } });
    const program = (file) => ({
        name,
        open: (account, ids) => Terraform.open({ file, mirror, account, ids }),
    });
    return {
        name,
        version: JSON.parse(stdout).terraform_version,
        snapshots: program("snapshots.tf"),
        copies: { ...program("copies.tf"), of: "snapshots" },
        volumes: program("volumes.tf"),
        shares: { ...program("shares.tf"), of: "snapshots" },
        fastRestore: program("fast-restore.tf"),
    };
}

class Terraform {
    static async open({ file, mirror, account, ids }) {
        const terraform = new Terraform();
        terraform.folder = join(workFolder, `terraform-${randomUUID().slice(0, 8)}`);
        terraform.count = ids.length;
        await mkdir(terraform.folder, { recursive: true });
        for (const each of ["provider.tf", file])
            await copyFile(join(programs, each), join(terraform.folder, each));
        const settings = `disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`;
        await writeFile(join(terraform.folder, "settings.tfrc"), settings);
        await writeFile(
            join(terraform.folder, "input.auto.tfvars.json"),
            JSON.stringify({ endpoint: account.endpoint, ids }),
        );
        // The provider takes its endpoints from the program only.
        const { AWS_ENDPOINT_URL: _endpoint, ...environment } = account.env;
        terraform.env = {
            ...environment,
            TF_CLI_CONFIG_FILE: join(terraform.folder, "settings.tfrc"),
            TF_IN_AUTOMATION: "1",
        };
        await terraform.#terraform(["init"]);
        return terraform;
    }

    up(options) {
        return this.#terraform(["apply", "-auto-approve"], options);
    }

    preview() {
        return this.#terraform(["plan"]);
    }

    refresh() {
        return this.#terraform(["apply", "-refresh-only", "-auto-approve"]);
    }

    destroy() {
        return this.#terraform(["destroy", "-auto-approve"]);
    }

    /** Returns the mean bytes of a resource in the state file, which is indented. */
    async state() {
        const { size } = await stat(join(this.folder, "terraform.tfstate"));
        return { bytes: Math.round(size / this.count) };
    }

    async close() {
        if (!process.env.BENCH_KEEP) await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
    }

    #terraform([command, ...args], options = {}) {
        return run("terraform", [command, ...args, "-no-color", "-input=false"], {
            cwd: this.folder,
            env: this.env,
            ...options,
        });
    }
}
