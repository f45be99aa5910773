//===- ReportPage.cpp - The report for a browser --------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes the report as one page of HTML that loads nothing and runs nothing.
//
//===----------------------------------------------------------------------===//

#include "LayerReport.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace ecolm;

/// Colours follow the reader's setting; a share is a bar behind its number.
/// The policy keeps a browser from loading anything, whatever a name says.
static constexpr llvm::StringLiteral kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root { color-scheme: light dark; --line: #8884; --bar: #48f4; --miss: #c60; }
body { font: 14px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 90em;
       padding: 0 1em; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3em .6em;
         text-align: right; vertical-align: top; }
th { background: Canvas; position: sticky; top: 0; }
th:nth-child(-n+3), td:nth-child(-n+3) { text-align: left; }
td:first-child { font-family: monospace; overflow-wrap: anywhere; }
td:nth-child(3) { max-width: 30em; }
small { display: block; opacity: .75; }
.missed { color: var(--miss); opacity: 1; }
.share { background: linear-gradient(to right, var(--bar) var(--part),
         transparent var(--part)); }
tfoot td { font-weight: bold; }
</style>
)";

namespace {

/// Writes the parts of the page.
class PageWriter {
public:
  PageWriter(const LayerReport &report, raw_ostream &out)
      : report(report), out(out), decodeTotal(report.sum([&](auto &layer) {
          return report.getDecodeTime(layer);
        })),
        promptTotal(report.sum(
            [&](auto &layer) { return report.getPromptTime(layer); })) {}

  void write() {
    out << kHead << "<title>";
    writeName(report.model);
    out << "</title>\n</head>\n<body>\n<h1>";
    writeName(report.model);
    out << "</h1>\n";
    writePreface();
    out << "<table>\n<thead><tr><th>layer<th>shape<th>kernel<th>weights<th>bits"
           "<th>zeros<th>bytes<th>additions<th>multiplications<th>removed"
           "<th>energy, nJ<th>"
        << (report.context ? "token<th>prompt" : "time")
        << "</thead>\n<tbody>\n";
    for (const LayerRecord &layer : report.layers)
      writeLayer(layer);
    out << "</tbody>\n";
    writeTotals();
    out << "</table>\n</body>\n</html>\n";
  }

private:
  void writeName(StringRef name) {
    llvm::printHTMLEscaped(onnx::escapeName(name), out);
  }
  void writeText(StringRef text) { llvm::printHTMLEscaped(text, out); }
  template <typename T>
  void writeCell(const T &value) {
    out << "<td>" << value;
  }

  void writePreface() {
    out << "<p>Compiled by ";
    writeText(report.compiler);
    out << " for ";
    writeText(report.target + ", " + report.cpu);
    out << ". Shares of time are expected, not measured: ";
    if (report.context)
      out << "of a token after " << report.decodePosition
          << " others, and of a prompt of " << report.promptTokens
          << " tokens. Operations and energy are those of that token.";
    else
      out << "of one evaluation, in which sizes that are not known count as "
             "one; so are operations and energy.";
    out << " Energy is that of the operations and of reading the weights by "
           "the "
           "table of M. Horowitz, <cite>Computing’s energy problem (and what "
           "we "
           "can do about it)</cite>, ISSCC 2014 (45 nm, 0.9 V).</p>\n";
  }

  void writeShare(double part, double whole) {
    double share = whole > 0 ? part / whole : 0;
    auto shown = llvm::formatv("{0:P1}", share);
    out << "<td class=\"share\" style=\"--part: " << shown << "\">" << shown;
  }

  void writeLayer(const LayerRecord &layer) {
    out << "<tr><td>";
    writeName(layer.name);
    out << "<td>";
    writeText(layer.kind);
    if (layer.inputs)
      out << " " << layer.inputs << " → " << layer.outputs;
    if (layer.factors > 1)
      out << ", " << layer.factors << " factors";
    out << "<small>";
    writeText(layer.format);
    out << "</small><td>";
    writeText(layer.kernel);
    out << "<small>";
    writeText(layer.why);
    out << "</small>";
    if (!layer.missed.empty()) {
      out << "<small class=\"missed\">";
      writeText(layer.missed);
      out << "</small>";
    }
    if (layer.weights) {
      writeCell(layer.weights);
      writeCell(llvm::formatv("{0:F2}", 8.0 * layer.bytes / layer.weights));
      writeCell(llvm::formatv("{0:P1}", 1.0 * layer.zeros / layer.weights));
      writeCell(layer.bytes);
    } else {
      out << "<td><td><td><td>";
    }
    writeCell(report.getAdditions(layer));
    writeCell(report.getMultiplications(layer));
    writeCell(layer.removed);
    writeCell(llvm::formatv(
        "{0:F3}",
        (report.getArithmeticEnergy(layer) + layer.memoryEnergy) / 1000));
    writeShare(report.getDecodeTime(layer), decodeTotal);
    if (report.context)
      writeShare(report.getPromptTime(layer), promptTotal);
    out << "\n";
  }

  void writeTotals() {
    out << "<tfoot><tr><td>total<td><td>";
    writeCell(report.sum([](auto &layer) { return layer.weights; }));
    out << "<td><td>";
    writeCell(report.sum([](auto &layer) { return layer.bytes; }));
    writeCell(
        report.sum([&](auto &layer) { return report.getAdditions(layer); }));
    writeCell(report.sum(
        [&](auto &layer) { return report.getMultiplications(layer); }));
    writeCell(report.sum([](auto &layer) { return layer.removed; }));
    writeCell(llvm::formatv("{0:F3}", report.sum([&](auto &layer) {
      return report.getArithmeticEnergy(layer) + layer.memoryEnergy;
    }) / 1000));
    out << (report.context ? "<td><td>" : "<td>") << "</tfoot>\n";
  }

  const LayerReport &report;
  raw_ostream &out;
  double decodeTotal, promptTotal;
};

} // namespace

void LayerReport::printPage(raw_ostream &out) const {
  PageWriter(*this, out).write();
}
