// An OPC UA server by another maker, with the official companion specifications, that raises result events on request.
//
//   node opcua_server.js PORT FOLDER     (FOLDER keeps its certificates)
//
// One JSON command per line comes in, one answer per line goes out after "> ". Structures are given by the names of
// their data types: {"$type": "ResultMetaDataType", "resultId": "..."}.
"use strict";
const readline = require("readline");
const path = require("path");
const {
    OPCUAServer, OPCUACertificateManager, nodesets, DataType, VariantArrayType, SecurityPolicy, MessageSecurityMode,
} = require("node-opcua");

const [port, folder] = [Number(process.argv[2]), process.argv[3]];
const say = (answer) => process.stdout.write("> " + JSON.stringify(answer) + "\n");
const URI = {
    machinery: "http://opcfoundation.org/UA/Machinery/Result/",
    vision: "http://opcfoundation.org/UA/MachineVision",
    joining: "http://opcfoundation.org/UA/IJT/Base/",
    autoid: "http://opcfoundation.org/UA/AutoID/",
};
let sessions = 0;

// A derived structure's optional fields go on counting after the optional ones of its base (OPC 10000-6, 5.2.7);
// node-opcua 2.182 counts all fields of the base. Put right here, so that the bytes are those of the specification.
function numberOptionalFields(schema) {
    const chain = [];
    for (let each = schema; each; each = each.getBaseSchema && each.getBaseSchema()) chain.unshift(each);
    let bit = 0;
    for (const each of chain) {
        for (const field of each.fields || []) if (field.switchBit !== undefined) field.switchBit = bit++;
    }
}

async function main() {
    const certificates = new OPCUACertificateManager({
        rootFolder: path.join(folder, "pki"), automaticallyAcceptUnknownCertificate: true,
    });
    await certificates.initialize();
    const server = new OPCUAServer({
        port,
        host: "127.0.0.1",
        hostname: "127.0.0.1",
        allowAnonymous: true,
        serverCertificateManager: certificates,
        userManager: { isValidUser: (name, password) => name === "line-1" && password === "geheim" },
        securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes256_Sha256_RsaPss],
        securityModes: [MessageSecurityMode.None, MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
        nodeset_filename: [
            nodesets.standard, nodesets.di, nodesets.amb, nodesets.ia, nodesets.machinery, nodesets.machineryResult,
            nodesets.machineVision, nodesets.ijtBase, nodesets.autoId,
        ],
        serverCapabilities: { operationLimits: { maxNodesPerRead: 7, maxMonitoredItemsPerCall: 5 } },
    });
    await server.initialize();
    const space = server.engine.addressSpace;
    const own = space.getOwnNamespace();
    const count = own.addVariable({
        organizedBy: space.rootFolder.objects, nodeId: "s=Count", browseName: "Count", dataType: "UInt32",
        value: { dataType: DataType.UInt32, value: 0 },
    });
    server.on("create_session", () => { sessions += 1; });
    await server.start();
    say({ ready: true, certificate: server.certificateFile, namespace: own.index });

    const index = (name) => space.getNamespaceIndex(URI[name]);
    const built = (value, spec) => {
        if (Array.isArray(value)) return value.map((item) => built(item, spec));
        if (value === null || typeof value !== "object") return value;
        if (value.$bytes !== undefined) return Buffer.from(value.$bytes, "hex");
        if (value.$date !== undefined) return new Date(value.$date);
        if (value.$variant !== undefined) return { dataType: DataType[value.$variant], value: built(value.value, spec) };
        const plain = {};
        for (const [name, item] of Object.entries(value)) if (name[0] !== "$") plain[name] = built(item, spec);
        if (value.$type === undefined) return plain;
        const type = space.findDataType(value.$type, index(value.$of || spec));
        const made = space.constructExtensionObject(type, plain);
        numberOptionalFields(made.schema);
        return made;
    };
    const variant = (field, spec) => ({
        dataType: DataType[field.type],
        arrayType: Array.isArray(field.value) ? VariantArrayType.Array : VariantArrayType.Scalar,
        value: built(field.value, spec),
    });

    const kept = new Map();
    const answer = (result, error) => ({ outputArguments: [
        { dataType: DataType.UInt32, value: 0 },
        { dataType: DataType.ExtensionObject, value: result || null },
        { dataType: DataType.Int32, value: error },
    ] });
    const management = space.findObjectType("ResultManagementType", index("machinery"));
    const offer = (name, methods) => {
        const made = management.instantiate({
            organizedBy: space.rootFolder.objects, nodeId: "s=" + name, browseName: name, optionals: Object.keys(methods),
        });
        for (const [method, serve] of Object.entries(methods)) {
            made[method[0].toLowerCase() + method.slice(1)].bindMethod((inputs, _, done) => done(null, serve(inputs)));
        }
    };
    const latest = () => answer([...kept.values()].pop(), kept.size ? 0 : 1);
    offer("Results", {
        GetLatestResult: latest,
        GetResultById: ([id]) => answer(kept.get(id.value), kept.get(id.value) ? 0 : 5),
        GetResultIdListFiltered: () => ({ outputArguments: [
            { dataType: DataType.UInt32, value: 0 },
            { dataType: DataType.String, arrayType: VariantArrayType.Array, value: [...kept.keys()].reverse() },
            { dataType: DataType.Int32, value: 0 },
        ] }),
    });
    offer("LatestResult", { GetLatestResult: latest });
    offer("NoResults", {});

    const commands = {
        keep({ id, result }) { kept.set(id, result === null ? null : built(result.value, "machinery")); return {}; },
        forget() { kept.clear(); return {}; },
        raise({ event, spec, fields }) {
            const type = space.findEventType(event, index(spec));
            const data = {};
            for (const [name, field] of Object.entries(fields)) data[name] = variant(field, spec);
            space.rootFolder.objects.server.raiseEvent(type, data);
            return {};
        },
        count({ from, to }) {
            for (let value = from; value <= to; value += 1) count.setValueFromSource({ dataType: "UInt32", value });
            return {};
        },
        sessions: () => ({ sessions }),
    };
    for await (const line of readline.createInterface({ input: process.stdin })) {
        const command = JSON.parse(line);
        try {
            say({ done: true, ...commands[command.do](command) });
        } catch (error) {
            say({ error: String(error.stack) });
        }
    }
    await server.shutdown(1);
    process.exit(0);
}

main().catch((error) => { say({ error: String(error.stack) }); process.exit(1); });
