import AWSWire

/// Finds the API and the operation a request is for, without decoding its body.
///
/// All APIs share one address: JSON requests name their API in `X-Amz-Target`, query requests their operation in
/// `Action`; the credential scope tells query APIs apart.
struct APIRouter: Sendable {
    private let models: [APIModel]

    init(_ models: [APIModel]) {
        self.models = models
    }

    /// The API; for a request that names none, the first JSON API, in whose shape the error is answered.
    func api(of request: HTTPRequestMessage) -> APIModel {
        if let target = request.headers["X-Amz-Target"], let dot = target.lastIndex(of: ".") {
            if let api = models.first(where: { $0.targetPrefix == String(target[..<dot]) }) { return api }
        } else if isForm(request) || request.rawQuery.contains("Action=") {
            let scope = signingName(of: request)
            if let api = models.first(where: { $0.protocol == .query && scope.map($0.signingNames.contains) ?? false })
            {
                return api
            }
            if let api = models.first(where: { $0.protocol == .query }) { return api }
        }
        return models[0]
    }

    /// - Throws: `UnknownOperationException`, or `InvalidAction` for query APIs.
    func operation(of request: HTTPRequestMessage, in api: APIModel) throws(WireError) -> OperationModel {
        guard let name = operationName(of: request, in: api), let operation = api.operation(name) else {
            throw .unknownOperation
        }
        return operation
    }

    private func operationName(of request: HTTPRequestMessage, in api: APIModel) -> String? {
        if api.protocol == .query { return QueryForm(request).value("Action") }
        guard let target = request.headers["X-Amz-Target"], let dot = target.lastIndex(of: ".") else { return nil }
        guard String(target[..<dot]) == api.targetPrefix else { return nil }
        return String(target[target.index(after: dot)...])
    }

    private func isForm(_ request: HTTPRequestMessage) -> Bool {
        request.headers["Content-Type"]?.hasPrefix("application/x-www-form-urlencoded") ?? false
    }

    /// The service in the credential scope of the header or the presigned query.
    private func signingName(of request: HTTPRequestMessage) -> String? {
        let text = request.headers["Authorization"] ?? request.rawQuery
        guard let start = text.firstRange(of: "Credential=")?.upperBound else { return nil }
        let parts = text[start...].prefix { $0 != "," && $0 != "&" }.split { $0 == "/" }
        return parts.count >= 4 ? String(parts[3]) : nil
    }
}
