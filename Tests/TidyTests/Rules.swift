import Testing

/// The house rules that a machine can see, in one table. A rule says what to write instead, and carries a line that it
/// must catch and one that it must let pass.
struct Rule: Sendable, CustomTestStringConvertible {
    /// What the rule is about, as the name of its test.
    let name: String
    /// A regular expression over the code, without comments and the text of strings.
    let pattern: String
    /// The folders it holds in, below the repository.
    let folders: [String]
    /// Folders and files below those where it does not hold: the edges.
    var except: [String] = []
    /// Words near the place (same line or the three above) that excuse it.
    var excuse: String?
    /// What to write instead.
    let instead: String
    /// A line that must be caught.
    let caught: String
    /// A line that must pass.
    let allowed: String

    var testDescription: String { name }
}

/// Where nothing may touch the world.
let pureFolders = [
    "Sources/AWSWire", "Sources/AWSModels", "Sources/NodeLink", "Sources/State", "Sources/Scheduling",
    "Sources/APIPipeline", "Sources/APIs", "Sources/Control", "Sources/Telemetry",
]

/// Where the clock, chance and the terminal come from.
let edges = [
    "Sources/Server", "Sources/Generate", "Sources/Storage", "Sources/NodeNet", "Sources/Agent/Docker",
    "Sources/Balancer/Node",
    "Sources/Agent/Logs/LogShipper.swift", "Sources/Agent/Logs/LoggingEngine.swift",
    "Sources/Agent/Runtime", "Sources/Agent/Session/Liveness.swift", "Sources/Agent/Simulated/SimulatedEngine.swift",
]

let rules: [Rule] = [
    Rule(
        name: "no Date()", pattern: #"\bDate\(\)"#, folders: ["Sources", "Tests"],
        except: edges + ["Tests/ServerTests"],
        instead: "take `now` from DecisionContext, or have the time handed in", caught: "let a = Date()",
        allowed: "let a = Date(timeIntervalSince1970: 0)"),
    Rule(
        name: "no UUID()", pattern: #"\bUUID\(\)"#, folders: ["Sources"], except: edges,
        instead: "context.random.uuid()", caught: "let id = UUID()", allowed: "let id = random.uuid()"),
    Rule(
        name: "no clock", pattern: #"(?<![\w)])\.now\b|Clock\.now\b|Clock\(\)\.now\b|\bclock_gettime\("#,
        folders: ["Sources"], except: edges,
        instead: "take `now` from DecisionContext, or inject a clock", caught: "let a = ContinuousClock.now",
        allowed: "let a = context.now"),
    Rule(
        name: "no unseeded chance",
        pattern: #"\.random\((?!.*using:)|\.shuffled\(\)|\.randomElement\(\)|SystemRandomNumberGenerator"#,
        folders: ["Sources"], except: edges, instead: "the same with `using: &context.random`",
        caught: "let a = Int.random(in: 0..<3)", allowed: "let a = Int.random(in: 0..<3, using: &context.random)"),
    Rule(
        name: "no sleeping", pattern: #"\bTask\.sleep\b|\busleep\(|Thread\.sleep"#, folders: ["Sources", "Tests"],
        except: edges, instead: "wake by a plan's wakeAt, or a timer of an edge",
        caught: "try await Task.sleep(for: .seconds(1))", allowed: "plan.wakeAt = now"),
    Rule(
        name: "no print", pattern: #"(?<![\w.])print\("#, folders: ["Sources"],
        except: ["Sources/Server", "Sources/Generate"],
        instead: "a Logger at an edge, or a returned value", caught: "print(1)", allowed: "description.print(1)"),
    Rule(
        name: "no Foundation in the pure modules", pattern: #"^\s*(\w+ )?import Foundation\b(?!Essentials)"#,
        folders: pureFolders, instead: "the standard library, or AWSWire's own types",
        caught: "import Foundation", allowed: "import FoundationEssentials"),
    Rule(
        name: "no I/O in the pure modules", pattern: #"^\s*import (NIO\w*|Glibc|Musl|Dispatch|GRDB|Logging)\b"#,
        folders: pureFolders, instead: "move what acts to Server, Agent or Storage", caught: "import NIOCore",
        allowed: "import Synchronization"),
    Rule(
        name: "no unsorted iteration where decisions are made",
        pattern: #"\bin [\w.]+\.(keys|values)\b(?!.*sorted)|\bin Set\(|\bDictionary\(grouping:(?!.*sorted)"#,
        folders: ["Sources/State", "Sources/Scheduling"], excuse: "Order does not matter",
        instead: "sort first; sets and dictionaries have another order in every process",
        caught: "for task in tasks.values {", allowed: "for task in tasks.values.sorted() {"),
    Rule(
        name: "unsafe things say why they are safe",
        pattern: #"@unchecked Sendable|nonisolated\(unsafe\)|\btry!|\bas!|[\w)\]]!(?![=\w])"#,
        folders: ["Sources"], excuse: "Safe because",
        instead: "a line that begins with \"Safe because\", or a safe way",
        caught: "let a = b!", allowed: "let a = !b && c != d"),
    Rule(
        name: "Swift Testing only", pattern: #"^\s*import XCTest"#, folders: ["Tests", "Sources"],
        instead: "import Testing", caught: "import XCTest", allowed: "import Testing"),
    Rule(
        name: "nothing inlinable", pattern: #"@inlinable|@inline\(__always\)"#, folders: ["Sources"],
        instead: "nothing: it costs compile time and gains nothing measurable here", caught: "@inlinable func a() {}",
        allowed: "func a() {}"),
    Rule(
        name: "bugs are named", pattern: #"\bfatalError\("#, folders: ["Sources"],
        instead: "preconditionFailure with the broken rule in its message", caught: "fatalError(\"\")",
        allowed: "preconditionFailure(\"\")"),
]
