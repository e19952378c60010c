// A Modbus TCP server by another maker: modbus-serial.
//
//   node modbus_serial_server.js PORT
//
// Holding registers and coils start at 0, input registers at 1000 + address; addresses from 9000 on are not there.
// Its own serial server needs a native package, which is not installed here, so it serves TCP only.
"use strict";
const { ServerTCP } = require("modbus-serial");

const [PORT, LAST, NO_SUCH_ADDRESS] = [Number(process.argv[2]), 8999, 2];
const held = new Map();
const coils = new Map();

function there(address, value) {
    if (address > LAST) throw Object.assign(new Error("no such address"), { modbusErrorCode: NO_SUCH_ADDRESS });
    return value;
}

const memory = {
    getInputRegister: (address) => there(address, 1000 + address),
    getHoldingRegister: (address) => there(address, held.get(address) || 0),
    getCoil: (address) => there(address, coils.get(address) || false),
    getDiscreteInput: (address) => there(address, false),
    setRegister: (address, value) => { there(address); held.set(address, value); },
    setCoil: (address, value) => { there(address); coils.set(address, value); },
};

const server = new ServerTCP(memory, { host: "127.0.0.1", port: PORT, unitID: 1 });
server.on("initialized", () => process.stdout.write("listening\n"));
server.on("socketError", () => {});
