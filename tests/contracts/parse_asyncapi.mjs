// Reads an AsyncAPI document from standard input with the official parser, and prints what that finds wrong with it.
import { readFileSync } from "node:fs";
import { DiagnosticSeverity, Parser } from "@asyncapi/parser";

const { diagnostics } = await new Parser().parse(readFileSync(0, "utf8"));
const faults = diagnostics.filter(({ severity }) => severity <= DiagnosticSeverity.Warning);
console.log(JSON.stringify(faults.map(({ path, message }) => ({ where: path.join("/"), message }))));
