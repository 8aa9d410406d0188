//! Members.

use configcat_management::types::{InviteMembersRequest, UpdateMemberPermissionsRequest};

use super::{HAIRY, INVITATION, ORGANIZATION, PRODUCT, Row, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "delete-invitation",
            |client| call(client.delete_invitation(INVITATION).send()),
            "DELETE",
            "/v1/invitations/01f10000-0000-4000-8000-00000001f007",
        ),
        Row::new(
            "get-pending-invitations-org",
            |client| call(client.get_pending_invitations_org(ORGANIZATION).send()),
            "GET",
            "/v1/organizations/0a6a0000-0000-4000-8000-00000000a001/invitations",
        ),
        Row::new(
            "add-member-to-group",
            |client| {
                call(
                    client
                        .add_member_to_group(
                            ORGANIZATION,
                            HAIRY,
                            UpdateMemberPermissionsRequest::new(),
                        )
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v1/organizations/0a6a0000-0000-4000-8000-00000000a001/members",
                "/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        )
        .body(r#"{}"#),
        Row::new(
            "add-member-to-group",
            |client| {
                let body = UpdateMemberPermissionsRequest::new()
                    .with_is_admin(false)
                    .with_is_billing_manager(true)
                    .with_permission_group_ids([9007199254740999_i64, 9007199254741001_i64])
                    .with_remove_from_permission_groups_where_id_not_set(false);
                call(client.add_member_to_group(ORGANIZATION, HAIRY, body).send())
            },
            "POST",
            concat!(
                "/v1/organizations/0a6a0000-0000-4000-8000-00000000a001/members",
                "/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        )
        .body(
            r#"{
              "isAdmin": false,
              "isBillingManager": true,
              "permissionGroupIds": [9007199254740999, 9007199254741001],
              "removeFromPermissionGroupsWhereIdNotSet": false
            }"#,
        ),
        Row::new(
            "add-member-to-group",
            |client| {
                let body = UpdateMemberPermissionsRequest::new().with_permission_group_ids(vec![]);
                call(client.add_member_to_group(ORGANIZATION, HAIRY, body).send())
            },
            "POST",
            concat!(
                "/v1/organizations/0a6a0000-0000-4000-8000-00000000a001/members",
                "/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        )
        .body(r#"{"permissionGroupIds": []}"#),
        Row::new(
            "delete-organization-member",
            |client| {
                call(
                    client
                        .delete_organization_member(ORGANIZATION, HAIRY)
                        .send(),
                )
            },
            "DELETE",
            concat!(
                "/v1/organizations/0a6a0000-0000-4000-8000-00000000a001/members",
                "/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        ),
        Row::new(
            "get-pending-invitations",
            |client| call(client.get_pending_invitations(PRODUCT).send()),
            "GET",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/invitations",
        ),
        Row::new(
            "get-product-members",
            |client| call(client.get_product_members(PRODUCT).send()),
            "GET",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/members",
        ),
        Row::new(
            "invite-member",
            |client| {
                let body =
                    InviteMembersRequest::new(["emails “q” \"w\"".to_string()], 9007199254740995);
                call(client.invite_member(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/members/invite",
        )
        .body(r#"{"emails": ["emails “q” \"w\""], "permissionGroupId": 9007199254740995}"#),
        Row::new(
            "invite-member",
            |client| {
                let body = InviteMembersRequest::new(
                    [
                        "emails “q” \"w\"".to_string(),
                        "emails back\\slash".to_string(),
                    ],
                    9007199254740995,
                );
                call(client.invite_member(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/members/invite",
        )
        .body(
            r#"{
              "emails": ["emails “q” \"w\"", "emails back\\slash"],
              "permissionGroupId": 9007199254740995
            }"#,
        ),
        Row::new(
            "invite-member",
            |client| {
                let body = InviteMembersRequest::new(Vec::<String>::new(), 9007199254740995);
                call(client.invite_member(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/members/invite",
        )
        .body(r#"{"emails": [], "permissionGroupId": 9007199254740995}"#),
        Row::new(
            "delete-product-member",
            |client| call(client.delete_product_member(PRODUCT, HAIRY).send()),
            "DELETE",
            concat!(
                "/v1/products/0b0d0000-0000-4000-8000-00000000b002/members",
                "/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        ),
        Row::new(
            "get-organization-members-v2",
            |client| call(client.get_organization_members_v2(ORGANIZATION).send()),
            "GET",
            "/v2/organizations/0a6a0000-0000-4000-8000-00000000a001/members",
        ),
    ]
}

#[allow(deprecated)]
pub(super) fn deprecated_rows() -> Vec<Row> {
    vec![Row::new(
        "get-organization-members",
        |client| call(client.get_organization_members(ORGANIZATION).send()),
        "GET",
        "/v1/organizations/0a6a0000-0000-4000-8000-00000000a001/members",
    )]
}
