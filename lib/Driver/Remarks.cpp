//===- Remarks.cpp - Remarks for those who ask ----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Streams MLIR's remarks to the diagnostics of their context.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Driver/Remarks.h"
#include "ecolm/Support/ErrorClass.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace ecolm;

namespace {

/// `kernel: lanes of plain: the activations are floats; ...
/// [-Rpass-missed=ecolm-describe-layers]`
class RemarkDiagnostics final : public remark::detail::MLIRRemarkStreamerBase {
public:
  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    std::string text = remark.getRemarkName().str();
    for (const remark::detail::Remark::Arg &part : remark.getArgs()) {
      bool isSentence = part.key == "Reason" || part.key == "Remark" ||
                        part.key == "Suggestion";
      text += ": " + (isSentence ? "" : part.key + " ") + part.val;
    }
    bool isPassed = remark.getRemarkType() == llvm::remarks::Type::Passed;
    emitRemark(remark.getLocation())
        << text << (isPassed ? " [-Rpass=" : " [-Rpass-missed=")
        << remark.getCombinedCategoryName() << "]";
  }
};

} // namespace

LogicalResult ecolm::enableRemarks(MLIRContext &context, StringRef passed,
                                   StringRef missed) {
  if (passed.empty() && missed.empty())
    return success();
  remark::RemarkCategories categories;
  for (auto [option, expression, category] :
       {std::tuple("-Rpass", passed, &categories.passed),
        std::tuple("-Rpass-missed", missed, &categories.missed)}) {
    if (expression.empty())
      continue;
    std::string problem;
    if (!llvm::Regex(expression).isValid(problem))
      return classify(emitError(UnknownLoc::get(&context)), ErrorClass::Usage)
             << option << " takes a regular expression, but '" << expression
             << "' is none: " << problem << "; see --help";
    // MLIR matches whole names; clang and whoever types this do not.
    *category = (".*(" + expression + ").*").str();
  }
  return remark::enableOptimizationRemarks(
      context, std::make_unique<RemarkDiagnostics>(),
      std::make_unique<remark::RemarkEmittingPolicyAll>(), categories);
}
