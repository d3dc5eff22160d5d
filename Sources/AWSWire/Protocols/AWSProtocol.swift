/// How an API puts its inputs and outputs into HTTP messages.
package enum AWSProtocol: String, Sendable, CaseIterable {
    case json10, json11, query, ec2Query, restJSON, rpcv2CBOR
}
