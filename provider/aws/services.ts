/**
 * Calls the services other than EC2 that only answer questions: STS, KMS and Organizations.
 *
 * @module
 */
import type { AwsConfig } from "../../schema/configuration";
import { defined } from "../../schema/values";
import type { Clock } from "./clock";
import { incompleteAnswer } from "./errors";
import { allPages } from "./paginate";
import { retry } from "./retry";
import type { SdkSettings } from "./sdk-settings";
import { loadSdk } from "./sdk";

export interface OrganizationAccount {
    id: string;
    name?: string;
}

export function createServices(
    settings: SdkSettings,
    { clock, maxRetries }: { clock: Clock; maxRetries: number },
) {
    return { account, keyArn, keyPolicy, organization };

    function account(options: { maxRetries: number }): Promise<string> {
        const attempt = async () => {
            const { GetCallerIdentityCommand, STSClient } = await loadSdk.sts();
            const sts = new STSClient(await settings.ofService("sts"));
            const { Account } = await sts.send(new GetCallerIdentityCommand({}));
            if (Account === undefined) throw incompleteAnswer("GetCallerIdentity");
            return Account;
        };
        return retry(attempt, {}, { action: "GetCallerIdentity", clock, ...options });
    }

    async function keyArn(KeyId: string): Promise<string> {
        const { DescribeKeyCommand, KMSClient } = await loadSdk.kms();
        return call(
            { service: "kms", action: "DescribeKey" },
            (common) => new KMSClient(common).send(new DescribeKeyCommand({ KeyId })),
            ({ KeyMetadata }) => KeyMetadata?.Arn,
        );
    }

    async function keyPolicy(KeyId: string): Promise<string> {
        const { GetKeyPolicyCommand, KMSClient } = await loadSdk.kms();
        return call(
            { service: "kms", action: "GetKeyPolicy" },
            (common) => new KMSClient(common).send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" })),
            ({ Policy }) => Policy,
        );
    }

    async function organization(): Promise<OrganizationAccount[]> {
        const { ListAccountsCommand, OrganizationsClient } = await loadSdk.organizations();
        const pages = await allPages("ListAccounts", (NextToken) =>
            call(
                { service: "organizations", action: "ListAccounts" },
                (common) => new OrganizationsClient(common).send(new ListAccountsCommand({ NextToken })),
                (page) => (page.Accounts === undefined ? undefined : page),
            ),
        );
        return pages
            .flatMap(({ Accounts = [] }) => Accounts)
            .filter(({ State, Status }) => (State ?? Status) === "ACTIVE")
            .flatMap(({ Id, Name }) => (Id === undefined ? [] : [{ id: Id, ...defined({ name: Name }) }]));
    }

    /** Calls a service with the identity and the retries of EC2; `pick` extracts the result from the answer. */
    async function call<Answer, Picked>(
        { service, action }: { service: keyof AwsConfig["endpoints"]; action: string },
        request: (common: Awaited<ReturnType<SdkSettings["ofService"]>>) => Promise<Answer>,
        pick: (answer: Answer) => Picked | undefined,
    ): Promise<Picked> {
        const common = await settings.ofService(service);
        const attempt = async () => {
            const picked = pick(await request(common));
            if (picked === undefined) throw incompleteAnswer(action);
            return picked;
        };
        return retry(attempt, {}, { action, clock, maxRetries });
    }
}
