/**
 * Treats inputs as secret that a transform of the engine has set: the host passes them as plain text, and the program has
 * noted its own secrets before.
 *
 * @module
 */
import { unseenInputs } from "../../schema/seen-inputs";
import { isMap, textsIn, union, without, type Properties } from "../../schema/values";

/** Returns the inputs of the program with all secrets in `__secrets`, and without what only serves to find them. */
export function withUnseenSecrets(olds: Properties, wire: Properties): Properties {
    const { __seen: digests, __ignoreChanges: ignored, ...news } = wire;
    // Earlier versions of the program sent no digests.
    if (!isMap(digests)) return news;
    // An input with the value in the state is as secret as it was.
    const plain = without(textsIn(ignored), textsIn(olds["__secrets"]));
    const unseen = unseenInputs({ olds, news }, { digests, ignored: plain });
    const secrets = union(textsIn(news["__secrets"]), unseen);
    return secrets.length === 0 ? news : { ...news, __secrets: secrets };
}
