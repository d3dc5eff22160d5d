import AWSWire

/// The first message of a client, in JSON: who it is, and what it can do.
///
/// Source: Systems Manager, the plugin's OpenDataChannelInput. `Terminal` and `ExitCode` are ours: `roost exec` may
/// have no terminal, and wants to know how the command ended. The stock plugin names neither, always has a terminal,
/// and would print an exit code as text.
package struct OpenDataChannel: Sendable, Equatable {
    package var token: String
    package var clientVersion = ""
    /// Whether the command is to have a terminal.
    package var hasTerminal = true
    /// Whether the client takes messages with an exit code.
    package var takesExitCode = false

    /// The longest text that is looked at, in bytes.
    package static let maximumLength = 8_192

    package init(token: String, clientVersion: String, hasTerminal: Bool, takesExitCode: Bool) {
        self.token = token
        self.clientVersion = clientVersion
        self.hasTerminal = hasTerminal
        self.takesExitCode = takesExitCode
    }

    /// - Returns: nil for bytes that are no such message.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count <= OpenDataChannel.maximumLength, let value = try? JSONValue.parse(bytes),
            let token = value["TokenValue"]?.stringValue, !token.isEmpty
        else { return nil }
        self.token = token
        clientVersion = String((value["ClientVersion"]?.stringValue ?? "").prefix(64))
        hasTerminal = value["Terminal"]?.boolValue ?? true
        takesExitCode = value["ExitCode"]?.boolValue ?? false
    }

    /// The message's JSON.
    package func bytes(request: String, client: String) -> [UInt8] {
        JSONValue.object([
            "MessageSchemaVersion": "1.0", "RequestId": .string(request), "TokenValue": .string(token),
            "ClientId": .string(client), "ClientVersion": .string(clientVersion), "Terminal": .bool(hasTerminal),
            "ExitCode": .bool(takesExitCode),
        ]).encode()
    }
}

/// The payloads of data channel messages that are JSON.
enum DataChannelPayload {
    /// That a message has arrived.
    static func acknowledgement(of frame: DataChannelFrame) -> [UInt8] {
        JSONValue.object([
            "AcknowledgedMessageType": .string(frame.kind.rawValue), "AcknowledgedMessageId": .string(frame.id.text),
            "AcknowledgedMessageSequenceNumber": .int(frame.sequence), "IsSequentialMessage": true,
        ]).encode()
    }

    /// The number of the message that has arrived; nil for bytes that do not say.
    static func acknowledged(_ payload: [UInt8]) -> Int64? {
        guard case .int(let number)? = (try? JSONValue.parse(payload))?["AcknowledgedMessageSequenceNumber"] else {
            return nil
        }
        return number
    }

    /// What the client is to do: run an interactive command. Nothing is encrypted twice.
    static func handshakeRequest(hasTerminal: Bool) -> [UInt8] {
        let type: JSONValue = hasTerminal ? "InteractiveCommands" : "NonInteractiveCommands"
        return JSONValue.object([
            "AgentVersion": "3.3.0.0",
            "RequestedClientActions": [
                [
                    "ActionType": "SessionType",
                    "ActionParameters": ["SessionType": type, "Properties": .null],
                ]
            ],
        ]).encode()
    }

    static func handshakeResponse(_ request: [UInt8], clientVersion: String) -> [UInt8]? {
        guard let value = try? JSONValue.parse(request),
            let actions = value["RequestedClientActions"]?.arrayValue
        else { return nil }
        let processed: [JSONValue] = actions.map { action in
            let type = action["ActionType"] ?? .null
            // 1 is done, 3 is unknown.
            let isKnown = type.stringValue == "SessionType"
            return [
                "ActionType": type, "ActionStatus": .int(isKnown ? 1 : 3), "ActionResult": .null,
                "Error": .string(isKnown ? "" : "Unsupported action"),
            ]
        }
        return JSONValue.object([
            "ClientVersion": .string(clientVersion), "ProcessedClientActions": .array(processed), "Errors": .null,
        ]).encode()
    }

    /// Whether a client did all that it was asked to.
    static func isAccepted(_ response: [UInt8]) -> Bool {
        let value = try? JSONValue.parse(response)
        guard let actions = value?["ProcessedClientActions"]?.arrayValue else { return false }
        return actions.allSatisfy { $0["ActionStatus"]?.intValue == 1 }
    }

    static func handshakeComplete(after duration: Duration) -> [UInt8] {
        JSONValue.object([
            "HandshakeTimeToComplete": .int(duration.wholeMilliseconds * 1_000_000), "CustomerMessage": "",
        ]).encode()
    }

    /// - Parameter output: what the client shows at the end; its usual words when empty.
    static func closed(_ session: String, id: MessageID, output: String, at now: Timestamp) -> [UInt8] {
        JSONValue.object([
            "MessageId": .string(id.text), "CreatedDate": .string(now.iso8601), "DestinationId": .string(session),
            "SessionId": .string(session), "MessageType": "channel_closed", "SchemaVersion": 1,
            "Output": .string(output),
        ]).encode()
    }

    static func size(_ size: TerminalSize) -> [UInt8] {
        JSONValue.object(["cols": .int(Int64(size.columns)), "rows": .int(Int64(size.rows))]).encode()
    }
}

/// The size of a terminal in characters.
package struct TerminalSize: Sendable, Equatable {
    package var columns: Int
    package var rows: Int

    package init?(columns: Int, rows: Int) {
        // As the kernel keeps it.
        guard (1...65_535).contains(columns), (1...65_535).contains(rows) else { return nil }
        self.columns = columns
        self.rows = rows
    }

    /// - Returns: nil for bytes that name no size.
    init?(_ payload: [UInt8]) {
        guard let value = try? JSONValue.parse(payload), let columns = value["cols"]?.intValue,
            let rows = value["rows"]?.intValue
        else { return nil }
        self.init(columns: columns, rows: rows)
    }
}
