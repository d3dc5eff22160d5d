import AWSWire
import NodeLink

/// The credentials of tasks' roles, by their id.
/// Source: amazon-ecs-agent, ecs-agent/tmds/handlers/v1. Observed: Fixtures/endpoint-credentials-*.json.
enum CredentialsEndpoint {
    /// - Parameters:
    ///   - entry: what is known under the id.
    ///   - isAwaited: whether the id is a task's whose credentials have not come yet.
    static func answer(
        _ id: String?, version: Int, _ entry: CredentialsBook.Entry?, isAwaited: Bool
    ) -> EndpointResponse {
        func refuse(_ status: Int, _ code: String, _ text: String) -> EndpointResponse {
            .json(
                status,
                [
                    "code": .string(code), "message": .string("CredentialsV\(version)Request: \(text)"),
                    "HTTPErrorCode": .int(Int64(status)),
                ])
        }
        guard let id, !id.isEmpty else { return refuse(400, "NoIdInRequest", "No Credential ID in the request") }
        if let entry { return .json(200, shown(entry.credentials)) }
        if isAwaited { return refuse(503, "CredentialsUninitialized", "Credentials uninitialized for ID") }
        var answer = refuse(400, "InvalidIdInRequest", "Credentials not found")
        answer.isForeign = true
        return answer
    }

    private static func shown(_ credentials: ACS.IAMRoleCredentials) -> JSONValue {
        [
            "RoleArn": .string(credentials.roleArn ?? ""), "AccessKeyId": .string(credentials.accessKeyId ?? ""),
            "SecretAccessKey": .string(credentials.secretAccessKey ?? ""),
            "Token": .string(credentials.sessionToken ?? ""),
            "Expiration": .string(credentials.expiration ?? ""),
        ]
    }
}
