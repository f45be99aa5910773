//===- ReadPostProcessor.cpp - The post-processor of a tokenizer.json -----===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// For one sequence, each is a template of ids around it.
//
//===----------------------------------------------------------------------===//

#include "TokenizerReader.h"

using namespace llvm;
using namespace ecolm;
using namespace ecolm::tokenizer;

namespace {

class PostProcessorReader {
public:
  void read(JsonField field) {
    StringRef type = field["type"].string();
    if (type == "Sequence") {
      JsonField list = field["processors"];
      for (size_t i = 0, size = list.size(); i < size; ++i)
        read(list[i]);
    } else if (type == "TemplateProcessing") {
      readTemplate(field);
      ends.push_back(items.size());
    } else if (type == "BertProcessing" || type == "RobertaProcessing") {
      addId(field["cls"][1]);
      items.push_back(kWholeText);
      addId(field["sep"][1]);
      ends.push_back(items.size());
    } else if (type != "ByteLevel") { // It is about offsets.
      field["type"].complain("the post-processor '" + type + "' is not known");
    }
  }

  std::vector<int32_t> items;
  std::vector<uint32_t> ends;

private:
  void addId(JsonField field) { items.push_back(field.integer(kMaxIds - 1)); }

  void readTemplate(JsonField field) {
    JsonField pieces = field["single"];
    for (size_t i = 0, size = pieces.size(); i < size; ++i) {
      if (JsonField sequence = pieces[i]["Sequence"]) {
        if (sequence["id"].string() != "A")
          sequence["id"].complain("expects the sequence A");
        items.push_back(kWholeText);
        continue;
      }
      JsonField id = pieces[i]["SpecialToken"]["id"];
      JsonField ids = field["special_tokens"][id.string()]["ids"];
      for (size_t j = 0, count = ids.size(); j < count; ++j)
        addId(ids[j]);
    }
  }
};

} // namespace

void ecolm::readPostProcessor(JsonField field, TokenizerParts &parts) {
  PostProcessorReader reader;
  if (field)
    reader.read(field);
  for (int32_t id : reader.items)
    if (id != kWholeText)
      parts.table.head.numIds =
          std::max<uint32_t>(parts.table.head.numIds, id + 1);
  parts.table.head.templates = parts.table.add(reader.items);
  parts.table.head.templateEnds = parts.table.add(reader.ends);
}
