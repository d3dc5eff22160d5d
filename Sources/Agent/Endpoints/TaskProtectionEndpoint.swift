import AWSModels
import AWSWire

/// The protection of a task from scale-in, asked for by the task itself and with its own credentials.
/// Source: Amazon ECS Developer Guide, Amazon ECS task scale-in protection endpoint. Observed:
/// Fixtures/endpoint-task-protection.json.
enum TaskProtectionEndpoint {
    /// What a task wants.
    enum Request: Sendable, Equatable {
        case get
        case set(isProtected: Bool, minutes: Int?)
    }

    /// Why a request cannot be passed on.
    struct Refusal: Error, Equatable {
        var status: Int
        var code: String
        var message: String
    }

    static func request(_ method: String, _ body: [UInt8]) throws(Refusal) -> Request {
        guard method == "PUT" else { return .get }
        func invalid(_ text: String) -> Refusal {
            Refusal(status: 400, code: "InvalidParameterException", message: text)
        }
        guard let value = try? JSONValue.parse(body), let members = value.members else {
            throw invalid("UpdateTaskProtection: failed to decode request")
        }
        guard members.allSatisfy({ ["ProtectionEnabled", "ExpiresInMinutes"].contains($0.name) }) else {
            throw invalid("UpdateTaskProtection: failed to decode request")
        }
        guard let isProtected = value["ProtectionEnabled"]?.boolValue else {
            throw invalid("Invalid request: does not contain 'ProtectionEnabled' field")
        }
        let minutes = value["ExpiresInMinutes"]
        guard minutes == nil || minutes?.isNull == true || minutes?.intValue != nil else {
            throw invalid("UpdateTaskProtection: failed to decode request")
        }
        return .set(isProtected: isProtected, minutes: minutes?.intValue)
    }

    /// The API's answer as the task sees it.
    static func answer(_ tasks: [ECS.ProtectedTask], _ failures: [ECS.Failure]) -> EndpointResponse {
        if let failure = failures.first {
            var value: JSONValue = ["Arn": .string(failure.arn ?? "")]
            value["Detail"] = failure.detail.map { .string($0) }
            value["Reason"] = .string(failure.reason ?? "")
            return .json(200, ["failure": value])
        }
        guard let task = tasks.first else {
            return refuse("", Refusal(status: 500, code: "ServerException", message: "Unexpected error occurred"))
        }
        let end: JSONValue = task.expirationDate.map { .string($0.iso8601) } ?? .null
        return .json(
            200,
            [
                "protection": [
                    "ExpirationDate": end, "ProtectionEnabled": .bool(task.protectionEnabled ?? false),
                    "TaskArn": .string(task.taskArn ?? ""),
                ]
            ])
    }

    static func refuse(_ task: String, _ refusal: Refusal) -> EndpointResponse {
        .json(
            refusal.status,
            [
                "error": [
                    "Arn": .string(task), "Code": .string(refusal.code), "Message": .string(refusal.message),
                ]
            ])
    }
}
