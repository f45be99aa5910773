//===- TranslateExpression.cpp - Oniguruma's expressions in PCRE2's words -===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Most is the same; what differs are classes of characters, sets within sets,
// and a few quantifiers.
//
//===----------------------------------------------------------------------===//

#include "TranslateExpression.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace ecolm;

namespace {

/// What stands within brackets for a shorthand. PCRE2's \s knows U+180E too,
/// and its \w neither marks nor the circled letters.
constexpr StringLiteral kSpaces =
    "\\t-\\r \\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}"
    "\\x{202F}\\x{205F}\\x{3000}";
constexpr StringLiteral kWords =
    "\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}\\x{24B6}-\\x{24E9}"
    "\\x{1F130}-\\x{1F149}\\x{1F150}-\\x{1F169}\\x{1F170}-\\x{1F189}";
/// Oniguruma's \w has these superscripts and fractions, its [\w] has not.
constexpr StringLiteral kLatin1Words = "\\xB2\\xB3\\xB9\\xBC-\\xBE";

/// The body of the set for \s, \w, \d or \h; empty for others.
StringRef getShorthand(char letter) {
  switch (toLower(letter)) {
  case 's':
    return kSpaces;
  case 'w':
    return kWords;
  case 'd':
    return "\\p{Nd}";
  case 'h':
    return "0-9a-fA-F";
  }
  return "";
}

class Translator {
public:
  explicit Translator(StringRef pattern) : rest(pattern), whole(pattern) {}

  Expected<std::string> translate() {
    while (!rest.empty()) {
      bool hasAtom = lastIsAtom;
      lastIsAtom = true;
      if (rest.front() == '[') {
        out += '[';
        if (Error error = translateSet(/*depth=*/0))
          return std::move(error);
      } else if (rest.front() == '\\') {
        if (Error error = translateEscape())
          return std::move(error);
      } else if (rest.starts_with("(?")) {
        if (Error error = checkGroup())
          return std::move(error);
      } else if (rest.front() == '{' && hasAtom) {
        if (Error error = checkInterval())
          return std::move(error);
      } else {
        take(1);
      }
    }
    return out;
  }

private:
  Error refuse(const Twine &what) {
    return createStringError(what + " at byte " +
                             Twine(whole.size() - rest.size()) +
                             " of the expression");
  }

  void take(size_t count) {
    out += rest.take_front(count);
    rest = rest.drop_front(std::min(count, rest.size()));
  }

  /// A backslash outside of brackets.
  Error translateEscape() {
    if (rest.size() < 2)
      return refuse("nothing follows the backslash");
    char letter = rest[1];
    if (StringRef body = getShorthand(letter); !body.empty()) {
      out += (isUpper(letter) ? "[^" : "[") + body.str() +
             (toLower(letter) == 'w' ? kLatin1Words.str() : "") + "]";
      rest = rest.drop_front(2);
      return Error::success();
    }
    if (letter == 'b' || letter == 'B') {
      std::string word = ("[" + kWords + kLatin1Words + "]").str();
      std::string other =
          letter == 'b' ? "(?!" + word + ")|(?<!" + word + ")(?=" + word + ")"
                        : "(?=" + word + ")|(?<!" + word + ")(?!" + word + ")";
      out += "(?:(?<=" + word + ")" + other + ")";
      rest = rest.drop_front(2);
      return Error::success();
    }
    return translateCommonEscape();
  }

  /// A backslash that means the same within brackets and outside.
  Error translateCommonEscape() {
    char letter = rest[1];
    if (letter == 'p' || letter == 'P')
      return translateProperty();
    if (letter == 'v') { // White space of all lines in PCRE2.
      out += "\\x0B";
      rest = rest.drop_front(2);
      return Error::success();
    }
    if (letter == 'x' && rest.substr(2, 1) == "{") {
      take(std::min(rest.find('}'), rest.size() - 1) + 1);
      return Error::success();
    }
    if (StringRef("xnrtfae0123456789AzZ").contains(letter) ||
        !isAlnum(letter)) {
      take(2);
      return Error::success();
    }
    if (letter == 'u' && rest.size() >= 6 &&
        all_of(rest.substr(2, 4), isHexDigit)) {
      out += ("\\x{" + rest.substr(2, 4) + "}").str();
      rest = rest.drop_front(6);
      return Error::success();
    }
    return refuse(Twine("the escape \\") + Twine(letter) + " is not known");
  }

  /// \p{Lu} is the same in both; scripts have extensions in PCRE2.
  Error translateProperty() {
    size_t end = rest.find('}');
    if (rest.substr(2, 1) != "{" || end == StringRef::npos)
      return refuse("a property has no name in braces");
    StringRef name = rest.slice(3, end);
    bool isNegated = name.consume_front("^");
    bool isCategory = name.size() <= 2;
    if (!isCategory && !all_of(name, [](char c) { return isAlpha(c); }))
      return refuse("the property \\p{" + name + "} is not known");
    out += ("\\" + rest.substr(1, 2) + (isNegated ? "^" : "") +
            (isCategory ? "" : "sc:") + name + "}")
               .str();
    rest = rest.drop_front(end + 1);
    return Error::success();
  }

  /// A set, whose opening bracket was written. A set within a set adds its
  /// members.
  Error translateSet(int depth) {
    rest = rest.drop_front();
    if (rest.consume_front("^")) {
      if (depth)
        return refuse("a negated set within a set is not known");
      out += '^';
    }
    // A bracket that comes first is a member.
    if (rest.starts_with("]"))
      return refuse("a set is empty, or begins with a bracket without "
                    "a backslash");
    while (!rest.empty() && rest.front() != ']') {
      if (rest.starts_with("&&"))
        return refuse("intersections of sets are not known");
      if (rest.starts_with("[:"))
        return refuse("sets with names are not known; write them as "
                      "properties");
      if (rest.front() == '[') {
        if (Error error = translateSet(depth + 1))
          return error;
      } else if (rest.front() == '\\') {
        if (Error error = translateSetEscape())
          return error;
      } else {
        take(1);
      }
    }
    if (!rest.consume_front("]"))
      return refuse("a set does not end");
    if (depth == 0)
      out += ']';
    return Error::success();
  }

  Error translateSetEscape() {
    if (rest.size() < 2)
      return refuse("nothing follows the backslash");
    char letter = rest[1];
    StringRef body = getShorthand(letter);
    if (!body.empty() && isLower(letter)) {
      out += body;
      rest = rest.drop_front(2);
      return Error::success();
    }
    if (letter == 'S' || letter == 'D') {
      // PCRE2 has these two; its \S lacks U+180E.
      out += letter == 'D' ? "\\P{Nd}" : "\\S\\x{180E}";
      rest = rest.drop_front(2);
      return Error::success();
    }
    if (!body.empty())
      return refuse(Twine("the escape \\") + Twine(letter) +
                    " is not known within a set");
    if (letter == 'b') {
      out += "\\x08";
      rest = rest.drop_front(2);
      return Error::success();
    }
    return translateCommonEscape();
  }

  /// (?: (?= (?! (?<= (?<! (?> (?i: (?i) and (?-i:
  Error checkGroup() {
    StringRef after = rest.drop_front(2);
    lastIsAtom = false;
    for (StringRef known : {":", "=", "!", "<=", "<!", ">"})
      if (after.starts_with(known)) {
        take(2 + known.size());
        return Error::success();
      }
    StringRef options =
        after.take_until([](char c) { return c == ':' || c == ')'; });
    // m, s and x mean other things in Oniguruma.
    if (options.find_first_not_of("i-") == StringRef::npos &&
        options.size() < after.size()) {
      take(2 + options.size() + 1);
      return Error::success();
    }
    return refuse("a group of this kind is not known");
  }

  /// {n}, {n,}, {,m} and {n,m}; other braces are themselves.
  Error checkInterval() {
    size_t end = rest.find('}');
    StringRef body = end == StringRef::npos ? "" : rest.slice(1, end);
    auto [low, high] = body.split(',');
    bool isInterval = !body.empty() && body != "," && all_of(low, isDigit) &&
                      all_of(high, isDigit);
    if (!isInterval) {
      out += '\\';
      take(1);
      return Error::success();
    }
    if (low.size() > 4 || high.size() > 4)
      return refuse("a quantifier is too large");
    out += "{" + (low.empty() ? "0" : low.str()) +
           (body.contains(',') ? "," : "") + high.str() + "}";
    rest = rest.drop_front(end + 1);
    // Possessive in one, a quantifier of a quantifier in the other.
    if (rest.starts_with("+"))
      return refuse("a plus behind a quantifier in braces is not known");
    if (rest.starts_with("?") && !body.contains(','))
      return refuse("a question mark behind a count in braces is not known");
    return Error::success();
  }

  StringRef rest, whole;
  std::string out;
  /// Whether a quantifier may follow.
  bool lastIsAtom = false;
};

} // namespace

Expected<std::string> ecolm::translateExpression(StringRef pattern) {
  return Translator(pattern).translate();
}

std::string ecolm::quoteExpression(StringRef text) {
  std::string quoted;
  for (char c : text) {
    if (!isAlnum(c) && static_cast<unsigned char>(c) < 0x80)
      quoted += '\\';
    quoted += c;
  }
  return quoted;
}
