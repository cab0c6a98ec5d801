// Declares minimal dynamic resources, to measure the cost of the engine itself.
const pulumi = require("@pulumi/pulumi");
const { volumes } = require("./input.json");

const provider = {
    async create() {
        return { id: "nothing", outs: {} };
    },
};

class Nothing extends pulumi.dynamic.Resource {
    constructor(name) {
        super(provider, name, {});
    }
}

volumes.forEach((_, index) => new Nothing(`nothing-${index}`));
