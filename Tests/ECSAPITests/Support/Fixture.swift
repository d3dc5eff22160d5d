import AWSModels
import AWSWire
import Foundation

/// One case of an operation as a text file: `Tests/Fixtures/<API>/<Operation>/<case>.http`.
///
///     # What the case shows, and where the rule comes from.
///
///     ### given
///     CreateCluster {"clusterName":"web"}
///     wait 60
///
///     ### request
///     POST / HTTP/1.1
///     X-Amz-Target: AmazonEC2ContainerServiceV20141113.DeleteCluster
///     Content-Type: application/x-amz-json-1.1
///
///     {"cluster":"web"}
///
///     ### response
///     HTTP/1.1 200
///     x-amzn-RequestId: 00000000-0000-4000-8000-000000000000
///     Content-Type: application/x-amz-json-1.1
///
///     {"cluster":…}
///
/// `given` is the state, as calls of ECS operations, or of others as `ELB.CreateTargetGroup`, that must succeed;
/// `wait N` lets N seconds pass, `connect` lets the agents of all container instances connect, `balance` adds the
/// target groups that services name (`TestRegion.addTargetGroups`). The region is empty at the start, the clock stands
/// at 2026-01-01T00:00:00Z, ids come from a fixed seed. Everything after `### response` must be what the region
/// answers, byte for byte.
/// `UPDATE_FIXTURES=1 swift test --filter FixtureTests` writes that part anew.
struct Fixture {
    /// A line of `given`.
    enum Step: Equatable {
        case call(operation: String, body: String)
        case wait(seconds: Int64)
        case connect
        case balance
    }

    /// A file that cannot be read as a fixture.
    struct Malformed: Error {
        var reason: String
    }

    let given: [Step]
    let request: HTTPRequestMessage
    /// The expected response, without the line end that closes the file.
    let response: String
    /// All that stands before the response.
    let head: String

    private static let mark = "### response\n"

    init(_ text: String) throws {
        guard let mark = text.firstRange(of: Fixture.mark) else { throw Malformed(reason: "no ### response") }
        head = String(text[..<mark.upperBound])
        response = String(text[mark.upperBound...].trimmingSuffix { $0 == "\n" })
        let sections = Fixture.sections(head)
        guard let request = sections["request"] else { throw Malformed(reason: "no ### request") }
        self.request = try Fixture.request(request)
        given = try (sections["given"] ?? []).filter { !$0.isEmpty }.map(Fixture.step)
    }

    /// Runs the case on an empty region.
    /// - Returns: the response as the file would hold it.
    func run() throws -> String {
        let region = TestRegion()
        for step in given {
            switch step {
            case .wait(let seconds): region.wait(.seconds(seconds))
            case .connect: region.connectAgents()
            case .balance: region.addTargetGroups()
            case .call(let operation, let body):
                let answer = try Fixture.call(operation, body, in: region)
                guard answer.status == 200 else { throw Malformed(reason: "given \(operation): \(answer.text)") }
            }
        }
        return Fixture.text(region.send(request))
    }

    /// Calls an operation of ECS, or of the API whose name stands before it: `ELB.CreateTargetGroup`.
    private static func call(_ name: String, _ body: String, in region: TestRegion) throws -> Answer {
        let parts = name.split(separator: ".").map(String.init)
        guard parts.count == 2 else { return region.call(name, body) }
        let apis = [
            "ACM": ACM.api, "EC2": EC2.api, "ELB": ELB.api, "Logs": Logs.api, "SSM": SSM.api,
            "SecretsManager": SecretsManager.api,
        ]
        guard let api = apis[parts[0]],
            let operation = api.operation(parts[1])
        else { throw Malformed(reason: "no operation \(name)") }
        return region.call(operation, try JSONValue.parse(Array(body.utf8)))
    }

    private static func text(_ response: HTTPResponseMessage) -> String {
        let headers = response.headers.fields.map { "\($0.name): \($0.value)\n" }.joined()
        return "HTTP/1.1 \(response.status)\n\(headers)\n\(String(decoding: response.body, as: UTF8.self))"
    }

    // MARK: Reading

    /// The lines of each section; what stands before the first is for readers.
    private static func sections(_ text: String) -> [String: [String]] {
        var sections: [String: [String]] = [:]
        var name = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("### ") {
                name = String(line.dropFirst(4))
            } else {
                sections[name, default: []].append(line)
            }
        }
        return sections
    }

    private static func step(_ line: String) throws -> Step {
        let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
        if line == "connect" { return .connect }
        if line == "balance" { return .balance }
        guard parts[0] == "wait" else { return .call(operation: parts[0], body: parts.count == 2 ? parts[1] : "{}") }
        guard parts.count == 2, let seconds = Int64(parts[1]) else { throw Malformed(reason: line) }
        return .wait(seconds: seconds)
    }

    private static func request(_ lines: [String]) throws -> HTTPRequestMessage {
        let start = lines[0].split(separator: " ").map(String.init)
        guard start.count == 3 else { throw Malformed(reason: "no request line") }
        let end = lines.firstIndex(of: "") ?? lines.endIndex
        var headers = HTTPHeaders()
        for line in lines[1..<end] {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw Malformed(reason: line) }
            headers.add(String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces))
        }
        let body = lines[min(end + 1, lines.endIndex)...].joined(separator: "\n").trimmingSuffix { $0 == "\n" }
        return HTTPRequestMessage(
            method: start[0], rawPath: start[1], headers: headers, body: Array(body.utf8))
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(_ isTrimmed: (Character) -> Bool) -> String {
        var end = endIndex
        while end > startIndex, isTrimmed(self[index(before: end)]) { end = index(before: end) }
        return String(self[startIndex..<end])
    }
}
