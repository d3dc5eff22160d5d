import AWSWire

/// Finds the API and the operation a request is for, without decoding its body.
///
/// All APIs share one address: JSON requests name their API in `X-Amz-Target`, query requests their operation in
/// `Action`; the credential scope and `Version` tell query APIs apart.
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
            if let api = queryAPI(of: request) { return api }
        }
        return models.first { !$0.protocol.isQuery } ?? models[0]
    }

    /// The API that the signature names; without a signature the one with the version, and then one with the action.
    private func queryAPI(of request: HTTPRequestMessage) -> APIModel? {
        let apis = models.filter(\.protocol.isQuery)
        if let scope = signingName(of: request), let api = apis.first(where: { $0.signingNames.contains(scope) }) {
            return api
        }
        let form = QueryForm(request)
        let version = form.value("Version")
        return apis.first { $0.version == version } ?? apis.first { $0.operation(form.value("Action") ?? "") != nil }
            ?? apis.first { $0.protocol == .query }
    }

    /// - Throws: `UnknownOperationException`, or `InvalidAction` for query APIs, also for a version that is not served.
    func operation(of request: HTTPRequestMessage, in api: APIModel) throws(WireError) -> OperationModel {
        guard api.protocol.isQuery else {
            guard let name = targetOperation(of: request, in: api), let operation = api.operation(name) else {
                throw .unknownOperation
            }
            return operation
        }
        let form = QueryForm(request)
        guard let name = form.value("Action") else { throw .unknownOperation }
        if let version = form.value("Version"), version != api.version {
            throw .unknownVersion(version, of: name, api)
        }
        guard let operation = api.operation(name) else { throw .unknownOperation }
        return operation
    }

    private func targetOperation(of request: HTTPRequestMessage, in api: APIModel) -> String? {
        guard let target = request.headers["X-Amz-Target"], let dot = target.lastIndex(of: ".") else { return nil }
        guard String(target[..<dot]) == api.targetPrefix else { return nil }
        return String(target[target.index(after: dot)...])
    }

    private func isForm(_ request: HTTPRequestMessage) -> Bool {
        request.headers["Content-Type"]?.hasPrefix("application/x-www-form-urlencoded") ?? false
    }

    /// The service in the credential scope of the header or the presigned query.
    private func signingName(of request: HTTPRequestMessage) -> String? {
        guard let credential = credential(of: request) else { return nil }
        let parts = credential.split { $0 == "/" }
        return parts.count >= 4 ? String(parts[3]) : nil
    }

    private func credential(of request: HTTPRequestMessage) -> String? {
        guard let header = request.headers["Authorization"] else {
            return QueryForm(query: request.rawQuery).value("X-Amz-Credential")
        }
        guard let start = header.firstRange(of: "Credential=")?.upperBound else { return nil }
        return String(header[start...].prefix { $0 != "," })
    }
}

extension WireError {
    /// A version of an API that is not served: Classic Load Balancers share their signing name with the newer ones.
    fileprivate static func unknownVersion(_ version: String, of action: String, _ api: APIModel) -> WireError {
        WireError(
            code: "InvalidAction",
            message: "Could not find operation \(action) for version \(version). This region serves version "
                + "\(api.version)\(api.id == "elasticloadbalancing" ? "; it has no Classic Load Balancers." : ".")")
    }
}
